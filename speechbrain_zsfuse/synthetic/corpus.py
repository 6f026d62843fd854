"""Made-up voices as a corpus: which clips there are, and their files.

Names and folders are those of the RAVDESS speech recordings, in every layout
that people have, so that all code for RAVDESS runs on it. It knows nothing of
how a voice is made.
"""

import os
from itertools import product
from pathlib import Path
from typing import NamedTuple

import soundfile

from speechbrain_zsfuse.audio.reading import resample
from speechbrain_zsfuse.progress import show_bar
from speechbrain_zsfuse.synthetic.style import EMOTIONS
from speechbrain_zsfuse.synthetic.voice import SAMPLE_RATE, speak

EMOTION_CODES = {
    "neutral": "01",
    "calm": "02",
    "happy": "03",
    "sad": "04",
    "angry": "05",
    "fearful": "06",
    "disgusted": "07",
    "surprised": "08",
}


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


def list_takes(speakers, emotions=EMOTIONS):
    """The takes of each speaker: 4 neutral, 8 of every other emotion.

    Arguments
    ---------
    speakers : iterable of int
        Numbers from 1 on; odd numbers are male.
    emotions : iterable of str
        Of ``style.ALL_EMOTIONS``.

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
        for fields in product(speakers, emotions, (1, 2), (1, 2), (1, 2))
        if fields[1:3] != ("neutral", 2)  # RAVDESS has no strong neutral
    ]


def make_ravdess(
    folder,
    *,
    seed,
    speakers=range(1, 25),
    seconds=1.1,
    emotions=EMOTIONS,
    sample_rate=SAMPLE_RATE,
    suffix=".wav",
    below=(".",),
    progress=True,
):
    """Write the corpus; files that are there already are left as they are.

    Arguments
    ---------
    folder : str or Path
        Where ``Actor_01`` and so on go. Use one folder a seed.
    seed : int
        0 or more. What a clip says depends on the seed, its name and
        ``seconds`` alone.
    speakers : iterable of int
        Actors to write.
    seconds : float
        Mean duration of a neutral clip in seconds, from 0.1.
    emotions : iterable of str
        Of ``style.ALL_EMOTIONS``; all eight make 60 clips an actor.
    sample_rate : int
        In Hz; 48000 as the original.
    suffix : str
        ".wav" or ".flac".
    below : iterable of str
        Folders in ``folder``, each of which gets a copy; the archive on
        Kaggle has ``(".", "audio_speech_actors_01-24")``.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Path
        The folder. Files are mono, 16 bits.

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
        (take, path)
        for take in list_takes(speakers, emotions)
        for part in below
        if not (
            path := (folder / part / take.path).with_suffix(suffix)
        ).exists()
    ]
    bar = show_bar(missing, "Made-up voices", progress, unit=" clip")
    for take, path in bar:
        waveform = speak(seed, *take, seconds=seconds)
        waveform = resample(waveform, SAMPLE_RATE, sample_rate)
        write_audio(path, waveform, sample_rate)
    return folder


def write_audio(path, waveform, sample_rate=SAMPLE_RATE):
    """Write aside and rename, so that a kill leaves no half file.

    Arguments
    ---------
    path : Path
        WAV or FLAC, 16 bits. Its folder is made if need be.
    waveform : numpy.ndarray
        float, shape [T].
    sample_rate : int
        In Hz.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "sub" / "a.wav"
    >>> write_audio(path, [0.5] * 800)
    >>> soundfile.info(path).frames
    800
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    kind = path.suffix[1:].upper()
    soundfile.write(aside, waveform, sample_rate, "PCM_16", format=kind)
    os.replace(aside, path)
