"""What the page takes, where it lies for a moment, and how it goes again.

This file knows no model and no page.
"""

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from speechbrain_zsfuse.audio.opening import AudioError, open_sound


@dataclass(frozen=True)
class Limits:
    """The longest and the largest recording that is taken.

    Attributes
    ----------
    minutes : float
        Above 0.
    megabytes : float
        Of a file, above 0; a megabyte has 10^6 bytes.

    Example
    -------
    >>> Limits(minutes=2).megabytes
    50
    """

    minutes: float = 10
    megabytes: float = 50

    def __post_init__(self):
        for name, value in vars(self).items():
            if not value > 0:
                raise ValueError(
                    f"Expected a limit of {name} above 0, but got {value}. "
                    "Raise it."
                )

    def __str__(self):
        return f"{self.minutes:g} minutes and {self.megabytes:g} MB"


def check_length(path, limits):
    """Refuse a recording that is too long, by its header: nothing is decoded.

    Arguments
    ---------
    path : str or Path
    limits : Limits

    Raises
    ------
    AudioError
        If it is too long, or no sound file.

    Example
    -------
    >>> import soundfile
    >>> path = str(getfixture("tmpdir").join("a.wav"))
    >>> soundfile.write(path, [0.5, -0.5] * 40000, 8000)
    >>> check_length(path, Limits(minutes=0.1))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    speechbrain_zsfuse.audio.opening.AudioError: Cannot use ...a.wav: it \
lasts 10 s, and this page takes 6 s. Give a part of it.
    """
    with open_sound(path) as file:
        seconds = file.frames / file.samplerate
    if seconds > 60 * limits.minutes:
        reason = (
            f"it lasts {seconds:.0f} s, and this page takes "
            f"{60 * limits.minutes:.0f} s"
        )
        raise AudioError(path, reason, "Give a part of it.")


@contextmanager
def private_folder():
    """A new folder that nobody else may read, and that goes at the end.

    Example
    -------
    >>> with private_folder() as folder:
    ...     _ = (folder / "clip.wav").write_bytes(b"sound")
    >>> folder.exists()
    False
    """
    folder = Path(tempfile.mkdtemp(prefix="zsfuse-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def forget(path, folder):
    """Delete an uploaded file, and the folder that was made for it alone.

    Arguments
    ---------
    path : str or Path
        What lies outside ``folder`` is left alone.
    folder : Path
        Of all uploads.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "3f2a").mkdir()
    >>> _ = (folder / "3f2a/clip.wav").write_bytes(b"sound")
    >>> forget(folder / "3f2a/clip.wav", folder)
    >>> list(folder.iterdir())
    []
    """
    path, folder = Path(path).resolve(), Path(folder).resolve()
    if folder in path.parents:
        shutil.rmtree(folder / path.relative_to(folder).parts[0])
