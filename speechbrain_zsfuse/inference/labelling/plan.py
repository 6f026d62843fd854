"""The folder of a labelling: its plan, and who does which part of it.

``_plan/`` holds the list of clips and with what they are labelled. A part of
the clips is one Parquet file; whoever has the lock of a part does it, and a
part whose file is there is done. The lock is the operating system's: it ends
with its process, however that ends. So any number of processes may work in the
folder, started in any way, and give the same files; and what was killed goes
on, with no finished part done again. Where there are no locks, a part may be
done twice, to the same file.
"""

import json
import logging
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.files import (
    file_sha256,
    hold_lock,
    read_json,
    write_json,
)
from speechbrain_zsfuse.inference.labelling.shards import count_bad, shard_path
from speechbrain_zsfuse.inference.labelling.spool import read_spool

logging.getLogger("filelock").setLevel(logging.WARNING)

FORMAT = 1
_PLAN, _CLIPS = "plan.json", "clips.jsonl"


class Plan:
    """A folder that is being labelled, or is.

    Arguments
    ---------
    folder : str or Path
        With a plan, see ``make_plan``.

    Example
    -------
    >>> import io
    >>> from speechbrain_zsfuse.inference.labelling.clips import Clip
    >>> from speechbrain_zsfuse.inference.labelling.spool import write_spool
    >>> file, clips = io.BytesIO(), [Clip(c, c, []) for c in "abc"]
    >>> spooled = write_spool(file, clips, step=2)
    >>> folder = getfixture("tmpdir")
    >>> plan = make_plan(folder, file, spooled, 2, {"model": "m"})
    >>> [clip.id for clip in plan.clips(1)], plan.size(1), plan.is_done(1)
    (['c'], 1, False)
    >>> plan.order(rank=1, world=2)
    [1, 0]
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self.inside = self.folder / "_plan"
        self.facts = read_json(
            self.inside / _PLAN, "Delete the folder, and label it again."
        )
        self.parts = len(self.facts["offsets"])

    def clips(self, number):
        """Clips of a part, one by one."""
        offset, step = self.facts["offsets"][number], self.facts["per_file"]
        with open(self.inside / _CLIPS, "rb") as file:
            yield from read_spool(file, offset, step)

    def size(self, number):
        """How many clips a part has."""
        step = self.facts["per_file"]
        return min(step, self.facts["clips"]["number"] - number * step)

    def is_done(self, number):
        """Whether the file of a part is there."""
        return shard_path(self.folder, number).exists()

    def count_bad(self):
        """Clips that could not be used, when all parts are done."""
        paths = [shard_path(self.folder, n) for n in range(self.parts)]
        return sum(map(count_bad, paths))

    def order(self, rank=0, world=1):
        """Numbers of parts: those of a process, then those of others."""
        return sorted(range(self.parts), key=lambda i: (i - rank) % world)

    @contextmanager
    def take(self, number, wait=False):
        """Hold the lock of a part.

        Arguments
        ---------
        number : int
        wait : bool
            For whoever else has it.

        Yields
        ------
        bool
            Whether this process shall do it: it is not done, and nobody
            else is at it.
        """
        path = self.inside / f"part-{number:05}.lock"
        with hold_lock(path, wait) as ours:
            try:
                yield ours and not self.is_done(number)
            finally:
                if ours and self.is_done(number):  # as who waited finds it
                    path.unlink(missing_ok=True)


def make_plan(folder, file, spooled, per_file, settings):
    """Write a plan into a folder, or find that the same is there.

    Arguments
    ---------
    folder : str or Path
    file : file object
        See ``write_spool``, in parts of ``per_file``.
    spooled : Spooled
    per_file : int
        Clips a Parquet file.
    settings : dict
        JSON: what the answers depend on beside the clips.

    Returns
    -------
    Plan

    Raises
    ------
    ValueError
        If the folder was begun with others, or holds something else.

    Example
    -------
    >>> import io
    >>> from speechbrain_zsfuse.inference.labelling.spool import Spooled
    >>> folder, none = getfixture("tmpdir"), Spooled(0, "00", [])
    >>> plan = make_plan(folder, io.BytesIO(), none, 10, {"window": 2.0})
    >>> make_plan(folder, io.BytesIO(), none, 10, {"window": 3.0})
    Traceback (most recent call last):
    ValueError: Expected to go on in ... with what it was begun with, but \
window was 2.0 and is 3.0. Give another --out, or the same as then.
    """
    clips = {"number": spooled.clips, "sha256": spooled.sha256}
    asked = {"format": FORMAT, "clips": clips, "per_file": per_file, **settings}
    asked = json.loads(json.dumps(asked))  # as it is read
    inside = Path(folder) / "_plan"
    if not (inside / _PLAN).exists():
        _refuse_strangers(Path(folder))
        inside.mkdir(parents=True, exist_ok=True)
        _copy(file, inside / _CLIPS)
        write_json(inside / _PLAN, asked | {"offsets": spooled.offsets})
    plan = Plan(folder)
    for name, value in asked.items():
        if (was := plan.facts.get(name)) != value:
            raise ValueError(
                f"Expected to go on in {folder} with what it was begun with, "
                f"but {name} was {show(was, 300)} and is {show(value, 300)}. "
                "Give another --out, or the same as then."
            )
    there = inside / _CLIPS
    if not there.is_file() or file_sha256(there) != spooled.sha256:
        _copy(file, there)  # it was lost, or changed since
    return plan


def _refuse_strangers(folder):
    if folder.is_dir() and (there := [*folder.glob("[!._]*")]):
        raise ValueError(
            f"Expected an empty folder, or a labelling that was begun, in "
            f"{folder}, but there is {there[0].name}. Give another --out."
        )
    if folder.is_file():
        raise ValueError(
            f"Expected {folder} to be a folder, for one Parquet file would not "
            "survive a kill, but it is a file. Give another --out."
        )


def _copy(file, path):
    """Processes that begin together all write the same."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    file.seek(0)
    with open(aside, "wb") as copy:
        shutil.copyfileobj(file, copy)
        copy.flush()
        os.fsync(copy.fileno())
    os.replace(aside, path)
