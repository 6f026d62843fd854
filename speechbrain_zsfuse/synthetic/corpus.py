"""Made-up voices as a corpus: which clips there are, and their files.

Names and folders are those of the RAVDESS speech recordings, so that all code
for RAVDESS runs on it. It knows nothing of how a voice is made.
"""

import os
from itertools import product
from pathlib import Path
from typing import NamedTuple

import soundfile
from tqdm import tqdm

from speechbrain_zsfuse.synthetic.style import EMOTIONS
from speechbrain_zsfuse.synthetic.voice import SAMPLE_RATE, speak

EMOTION_CODES = dict(zip(EMOTIONS, ("01", "03", "04", "05")))


class Take(NamedTuple):
    """One recording: the arguments of ``voice.speak`` after the seed.

    Example
    -------
    >>> Take(12, "angry", 2, 1, 2).path
    'Actor_12/03-01-05-02-01-02-12.wav'
    """

    speaker: int
    emotion: str
    intensity: int
    statement: int
    repetition: int

    @property
    def path(self):
        """File below the corpus folder, as RAVDESS names it, a str."""
        return (
            f"Actor_{self.speaker:02}/03-01-{EMOTION_CODES[self.emotion]}-"
            f"{self.intensity:02}-{self.statement:02}-{self.repetition:02}-"
            f"{self.speaker:02}.wav"
        )


def list_takes(speakers):
    """The 28 takes of each speaker: 4 neutral, 8 of the other emotions.

    Arguments
    ---------
    speakers : iterable of int
        Numbers from 1 on; odd numbers are male.

    Returns
    -------
    list of Take

    Example
    -------
    >>> len(list_takes(range(1, 25)))
    672
    """
    return [
        Take(*fields)
        for fields in product(speakers, EMOTIONS, (1, 2), (1, 2), (1, 2))
        if fields[1:3] != ("neutral", 2)  # RAVDESS has no strong neutral
    ]


def make_ravdess(
    folder, *, seed, speakers=range(1, 25), seconds=1.1, progress=True
):
    """Write the corpus; files that are there already are left as they are.

    Arguments
    ---------
    folder : str or Path
        Where ``Actor_01`` and so on go. Use one folder a seed.
    seed : int
        0 or more. A file depends on the seed, its name and ``seconds`` alone.
    speakers : iterable of int
        Actors to write.
    seconds : float
        Mean duration of a neutral clip in seconds, from 0.1.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Path
        The folder. Files are mono 16-bit PCM WAV at 16000 Hz.

    Raises
    ------
    ValueError
        If ``seed``, ``speakers`` or ``seconds`` are out of range.

    Example
    -------
    >>> folder = make_ravdess(
    ...     getfixture("tmpdir"), seed=1, speakers=[3], progress=False
    ... )
    >>> len(list(folder.glob("Actor_03/03-01-*-03.wav")))
    28
    """
    folder, speakers = Path(folder), list(speakers)
    if seed < 0 or seconds < 0.1 or any(n < 1 for n in speakers):
        raise ValueError(
            "Expected a seed from 0, seconds from 0.1 and speakers from 1, "
            f"but got seed {seed}, {seconds} s and speakers {speakers}."
        )
    missing = [
        take
        for take in list_takes(speakers)
        if not (folder / take.path).exists()
    ]
    bar = tqdm(missing, "Made-up voices", disable=not (progress and missing))
    for take in bar:
        write_wav(folder / take.path, speak(seed, *take, seconds=seconds))
    return folder


def write_wav(path, waveform):
    """Write aside and rename, so that a kill leaves no half file.

    Arguments
    ---------
    path : Path
        Its folder is made if need be.
    waveform : numpy.ndarray
        float, shape [T], at ``SAMPLE_RATE`` Hz; written as 16-bit PCM WAV.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "sub" / "a.wav"
    >>> write_wav(path, [0.5] * 800)
    >>> soundfile.info(path).frames
    800
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    soundfile.write(aside, waveform, SAMPLE_RATE, "PCM_16", format="WAV")
    os.replace(aside, path)
