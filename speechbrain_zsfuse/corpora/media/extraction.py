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

import soundfile

from speechbrain_zsfuse.audio.opening import (
    AudioError,
    check_file,
    something_else,
)
from speechbrain_zsfuse.corpora.media import ffmpeg
from speechbrain_zsfuse.corpora.media.ffmpeg import MediaError
from speechbrain_zsfuse.corpora.media.listing import (
    read_listing,
    refresh,
    state_of,
    write_listing,
)
from speechbrain_zsfuse.corpora.media.survey import KINDS, survey
from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.files import clear_unfinished, file_sha256, hold_lock
from speechbrain_zsfuse.progress import show_bar

_NOTED = 5  # seconds between two writings of the list
_SHORT = 0.25  # seconds that a stated length may be beyond the sound


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
    sounds : list of str
        Files that can be read as they are, and were left where they lie.

    Example
    -------
    >>> Extraction().kept
    0
    """

    files: dict = field(default_factory=dict)
    failed: dict = field(default_factory=dict)
    kept: int = 0
    sounds: list = field(default_factory=list)


def extract(
    folder,
    out,
    rule="mean",
    kinds=KINDS,
    ignored=lambda name: False,
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
        longer there; if two files would become one.
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
    work = _Work(folder, out, rule, survey(folder, kinds, ignored))
    out.mkdir(parents=True, exist_ok=True)
    with hold_lock(out / ".extraction.lock", wait=False) as ours:
        if not ours:
            raise BlockingIOError(
                f"Expected to be alone in {out}, but another process extracts "
                "to it. Wait for it, or give another --out."
            )
        return work.do(progress)


class _Work:
    """The stateful part: what is listed, done and failed."""

    def __init__(self, folder, out, rule, found):
        self.folder, self.out, self.rule = folder, out, rule
        self.version, self.texts = ffmpeg.find_version(), {*found.texts}
        self.targets = found.media | {name: name for name in found.texts}
        self.listed = read_listing(out)
        _refuse_stale(self.listed, self.targets, out)
        # Entries of before stand until a file is done: a kill loses none.
        known = {n: e for n, e in self.listed.items() if n in self.targets}
        self.result = Extraction(known, sounds=found.sounds)

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
        if known:
            return known, True
        state = state_of(source) if copied else self._look_at(source)
        aside = made.with_name(f".{made.name}.{os.getpid()}")
        try:
            facts = {} if copied else self._convert(source, aside)
            if copied:
                shutil.copyfile(source, aside)
            facts |= {"to": self.targets[name], "to_sha256": file_sha256(aside)}
            os.replace(aside, made)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        return state | facts | {"rule": rule}, False

    def _look_at(self, source):
        """State of a media file, unless it is something else."""
        check_file(source)
        if problem := something_else(source):
            raise MediaError(f"it {problem}")
        return state_of(source)

    def _convert(self, source, aside):
        """Facts of a file that was converted."""
        stream = ffmpeg.probe(source)
        kept, arguments = ffmpeg.convert(source, aside, stream, self.rule)
        info = soundfile.info(os.fsencode(aside))
        if stream.seconds and info.duration < stream.seconds - _SHORT:
            raise MediaError(
                f"it is truncated ({info.duration:.2f} of "
                f"{stream.seconds:.2f} s)"
            )
        return {
            "sound": stream.words,
            "streams": stream.streams,
            "channel": kept,
            "seconds": round(info.duration, 6),
            "ffmpeg": self.version,
            "arguments": " ".join(arguments),
        }


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
            f"Expected in {out} what the source holds, but {len(stale):,} "
            "files were made of what is no longer there: "
            f"{list_names(sorted(stale))}. Delete them, or give another --out."
        )
