"""From media to FLAC, file by file, on all cores; what is made is not made
again.

Each file is written aside and renamed, so that a kill leaves whole files
alone; ``extraction.json`` says what each was made of. Nothing is written into
the source.
"""

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from speechbrain_zsfuse.audio.opening import AudioError
from speechbrain_zsfuse.corpora.media import ffmpeg
from speechbrain_zsfuse.corpora.media.ffmpeg import MediaError
from speechbrain_zsfuse.corpora.media.listing import (
    read_listing,
    refresh,
    state_of,
    write_listing,
)
from speechbrain_zsfuse.corpora.media.single import check_media, make_flac
from speechbrain_zsfuse.corpora.media.survey import KINDS, Survey, survey
from speechbrain_zsfuse.errors import explain_disk, list_names
from speechbrain_zsfuse.files import clear_unfinished, file_sha256, hold_lock
from speechbrain_zsfuse.progress import show_bar

_NOTED = 5  # seconds between two writings of the list
_AGAIN = "Run the same command again: what is made is not made again."


@dataclass
class Extraction:
    """What came of it.

    Attributes
    ----------
    files : dict
        Path of a source to its entry in ``extraction.json``.
    failed : dict
        Path of a source to what is wrong with it.
    kept : int
        Files that had been made before.
    found : Survey
        What there is in the source.

    Example
    -------
    >>> Extraction().kept
    0
    """

    files: dict = field(default_factory=dict)
    failed: dict = field(default_factory=dict)
    kept: int = 0
    found: Survey = Survey({}, [], [], [])


def extract(
    folder,
    out,
    rule="mean",
    kinds=KINDS,
    ignored=lambda name: False,
    keep_damaged=False,
    progress=True,
):
    """Write the sound of media files as FLAC, and copy tables beside it.

    Arguments
    ---------
    folder : str or Path
        Of the source; nothing is written there.
    out : str or Path
        Where the same paths come to lie, with ``extraction.json``.
    rule : str or int
        Which channel, see ``channels.read_rule``.
    kinds : iterable of str
        Endings of the files that are extracted.
    ignored : callable
        Name below the folder to whether it is no part of the corpus.
    keep_damaged : bool
        Whether to take what can be decoded of damaged files; they are listed.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    Extraction

    Raises
    ------
    FileNotFoundError
        If ffmpeg is not installed, or there is nothing to extract.
    ValueError
        If ``out`` lies in the source, holds something else, or what is no
        longer asked for; if two files would become one.
    BlockingIOError
        If another process is at it.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> extract(folder, folder / "flac")
    Traceback (most recent call last):
    ValueError: Expected a place outside of ... to write to, but .../flac lies \
in it. Give another --out.
    """
    folder, out = Path(folder).resolve(), Path(out).resolve()
    if out.is_relative_to(folder):
        raise ValueError(
            f"Expected a place outside of {folder} to write to, but {out} lies "
            "in it. Give another --out."
        )
    found = survey(folder, kinds, ignored)
    work = _Work(folder, out, rule, keep_damaged, found)
    out.mkdir(parents=True, exist_ok=True)
    with hold_lock(out / ".extraction.lock", wait=False) as ours:
        if not ours:
            raise BlockingIOError(
                f"Expected to be alone in {out}, but another process extracts "
                "to it. Wait for it, or give another --out."
            )
        with explain_disk(out, again=_AGAIN):
            return work.do(progress)


class _Work:
    """The stateful part: what is listed, done and failed."""

    def __init__(self, folder, out, rule, keep_damaged, found):
        self.folder, self.out, self.rule = folder, out, rule
        self.keep_damaged = keep_damaged
        self.version, self.texts = ffmpeg.find_version(), {*found.texts}
        self.targets = found.media | {name: name for name in found.texts}
        self.listed = read_listing(out)
        _refuse_stale(self.listed, self.targets, out)
        # Entries of before stand until a file is done: a kill loses none.
        known = {n: e for n, e in self.listed.items() if n in self.targets}
        self.result = Extraction(known, found=found)

    def do(self, progress):
        """All of them; the list is written now and then, and at the end."""
        self._clear()
        self._write()  # who comes after a kill knows the folder
        noted, total = time.monotonic(), len(self.targets)
        bar = show_bar(
            title="Extracting", wanted=progress, total=total, unit=" file"
        )
        try:
            with bar, ThreadPoolExecutor(os.cpu_count()) as pool:
                for done in pool.map(self._try, self.targets):
                    self._note(*done)
                    bar.update()
                    if time.monotonic() - noted > _NOTED:
                        self._write()
                        noted = time.monotonic()
        finally:
            self._write()
        self._clear()  # an ffmpeg may have outlived a kill
        return self.result

    def _clear(self):
        """Folders without what was begun before."""
        targets = map(self.out.__truediv__, self.targets.values())
        for place in {target.parent for target in targets}:
            place.mkdir(parents=True, exist_ok=True)
            clear_unfinished(place)

    def _write(self):
        write_listing(self.out, self.result.files, self.result.failed)

    def _note(self, name, entry, kept):
        if isinstance(entry, dict):
            self.result.files[name] = entry
            self.result.kept += kept
        else:
            self.result.failed[name] = entry
            self.result.files.pop(name, None)

    def _try(self, name):
        """Name, entry, and whether it was made before; or what is wrong."""
        try:
            return name, *self._make(name)
        except AudioError as error:
            problem = error.reason
        except MediaError as error:
            problem = str(error)
        made = self.out / self.targets[name]
        made.unlink(missing_ok=True)  # of a source that was good before
        return name, problem, False

    def _make(self, name):
        copied = name in self.texts
        source, made = self.folder / name, self.out / self.targets[name]
        rule = None if copied else self.rule
        known = refresh(self.listed.get(name), source, made, rule)
        if known and (self.keep_damaged or not known.get("damage")):
            return known, True
        if not copied:
            check_media(source)
        state = state_of(source)
        aside = made.with_name(f".{made.name}.{os.getpid()}")
        try:
            facts = self._write_aside(source, aside, copied)
            facts |= {"to": self.targets[name], "to_sha256": file_sha256(aside)}
            os.replace(aside, made)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        return state | facts | {"rule": rule}, False

    def _write_aside(self, source, aside, copied):
        """Facts of how it was made."""
        if copied:
            shutil.copyfile(source, aside)
            return {}
        facts = make_flac(source, aside, self.rule, self.keep_damaged)
        return facts | {"ffmpeg": self.version}


def _refuse_stale(listed, targets, out):
    """What is left of sources that are gone would be taken for the corpus."""
    made = {*targets.values()}
    stale = [
        entry["to"]
        for name, entry in listed.items()
        if name not in targets
        and entry["to"] not in made
        and (out / entry["to"]).exists()
    ]
    if stale:
        raise ValueError(
            f"Expected in {out} what is extracted now, but {len(stale):,} of "
            "its files were made of what is no longer there, or not asked for: "
            f"{list_names(sorted(stale))}. Delete them, or give another --out."
        )
