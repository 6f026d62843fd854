"""Made-up voices as MSP-Podcast: its partitions, its raters, its imbalance.

Speakers are disjoint between Train, Development and the two test sets, which
share theirs; some are unknown; a podcast may lie in two partitions; raters
disagree, invent words, or name further emotions. The small corpus is for
tests; the full one has the true counts of release 1.11, and few voices.
"""

import os
import shutil
from pathlib import Path

import numpy as np
import pandas
from msp_podcast_synthetic_files import (
    LAYOUTS,
    write_annotations,
)

from speechbrain_zsfuse.progress import show_bar
from speechbrain_zsfuse.synthetic import speak, write_audio

# Letter of a label: (word of a rater, emotion of the voice, its intensity).
# No made-up voice knows contempt: it is a strong disgust.
_LABELS = {
    "N": ("Neutral", "neutral", 1),
    "H": ("Happy", "happy", 1),
    "A": ("Angry", "angry", 1),
    "S": ("Sad", "sad", 1),
    "U": ("Surprise", "surprised", 1),
    "C": ("Contempt", "disgusted", 2),
    "D": ("Disgust", "disgusted", 1),
    "F": ("Fear", "fearful", 1),
    "O": ("Other-bored", "neutral", 1),
    "X": ("", "neutral", 1),
    "": ("", "neutral", 1),  # withheld
}
_WORDS = [word for word, *_ in _LABELS.values() if word]
_FURTHER = ["", "", "Concerned", "Excited,Amused", "Sad", "Other-tired"]

# Clips of each label, in the order of ``_LABELS``.
_SMALL = {
    "Train": (16, 10, 6, 5, 4, 4, 3, 3, 2, 6, 0),
    "Development": (6, 4, 3, 2, 2, 2, 2, 2, 1, 2, 0),
    "Test1": (6, 4, 3, 2, 2, 2, 2, 2, 1, 2, 0),
    "Test2": (5, 3, 2, 2, 1, 1, 1, 1, 1, 1, 0),
    "Test3": (0,) * 10 + (4,),
}
# Release 1.11: clips of each partition, how many of them have one of eight
# labels (of the two test sets together: 35,528), and how many each label has.
_PARTITIONS = {
    "Train": (84030, 65205),
    "Development": (19815, 15341),
    "Test1": (30647, 23950),
    "Test2": (14815, 11578),
}
_TEST3 = 2347
_CLASSES = (52753, 29454, 10342, 8347, 5227, 5127, 2827, 1997)

_SPEAKERS = {"Train": 6, "Development": 3, "Test1": 4, "Test2": 4, "Test3": 2}
_FULL_SPEAKERS = 50  # times as many
_PODCAST = 12  # clips of a podcast; partitions do not begin with a new one
_UNKNOWN = 0.1  # share of training clips whose speaker is unknown
_AGREEMENT = 0.6  # share of raters who choose the label
# Different recordings of each label and partition in the full corpus.
_VOICES = 5


def make_msp_podcast(
    folder, *, seed, layout="1.11", full=False, seconds=0.3, progress=True
):
    """Write the corpus; audio that is there already is left as it is.

    Arguments
    ---------
    folder : str or Path
        Where labels and audio go. Use one folder a seed and layout.
    seed : int
        0 or more. Clips, labels and votes depend on it and ``full`` alone.
    layout : str
        Folders, files and spellings of release ``1.6``, ``1.8``, ``1.11`` or
        ``2.0``.
    full : bool
        All 151,654 clips of release 1.11, links to a few recordings; or 133.
    seconds : float
        Mean duration of a neutral clip in seconds.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Path
        The folder. Files are mono 16-bit PCM WAV at 16000 Hz.

    Raises
    ------
    ValueError
        If there is no such layout.

    Example
    -------
    >>> folder = make_msp_podcast(
    ...     getfixture("tmpdir"), seed=1, seconds=0.2, progress=False
    ... )
    >>> len(list(folder.glob("Audios/MSP-PODCAST_*.wav")))
    133
    """
    if layout not in LAYOUTS:
        raise ValueError(
            f"Expected a layout among {sorted(LAYOUTS)}, but got {layout!r}."
        )
    folder, layout = Path(folder), LAYOUTS[layout]
    clips = list_clips(seed, full)
    audios = folder / layout.audios
    audios.mkdir(parents=True, exist_ok=True)
    bar = show_bar(
        clips.itertuples(),
        "Made-up podcasts",
        progress,
        total=len(clips),
        unit=" clip",
    )
    voices = {}
    for clip in bar:
        path = audios / f"{clip.ID}.wav"
        if path.exists():
            continue
        kind = (clip.partition, clip.label, clip.Index % _VOICES)
        if full and kind in voices:
            _link(voices[kind], path)
        else:
            write_audio(path, _voice(clip, seed, seconds))
            voices[kind] = path
    write_annotations(folder, clips, list_votes(clips, seed), layout)
    return folder


def list_clips(seed, full=False):
    """All clips of the corpus.

    Arguments
    ---------
    seed : int
    full : bool
        The true counts of release 1.11, or a few of each label.

    Returns
    -------
    pandas.DataFrame
        ``ID, label`` (a letter, or empty if withheld), ``partition, speaker``
        (a number, or "Unknown") and ``gender``; in the order of their ids.

    Example
    -------
    >>> len(list_clips(seed=1)), len(list_clips(seed=1, full=True))
    (133, 151654)
    """
    rng = np.random.default_rng([seed, full])
    plan = _full_plan(rng) if full else _small_plan(rng)
    frames, first = [], 1
    for partition, labels in plan.items():
        # Test2 has the speakers of Test1.
        size = _SPEAKERS[partition] * (_FULL_SPEAKERS if full else 1)
        speakers = rng.integers(first, first + size, len(labels)).astype(str)
        if partition == "Train":
            speakers[rng.random(len(labels)) < _UNKNOWN] = "Unknown"
        if partition != "Test1":
            first += size
        frames.append(
            pandas.DataFrame(
                {"label": labels, "partition": partition, "speaker": speakers}
            )
        )
    clips = pandas.concat(frames, ignore_index=True)
    clips["gender"] = clips["speaker"].map(_gender)
    clips["ID"] = [
        f"MSP-PODCAST_{i // _PODCAST + 1:04}_{i % _PODCAST + 1:04}"
        for i in range(len(clips))
    ]
    return clips


def _small_plan(rng):
    return {
        partition: rng.permutation(np.repeat(list(_LABELS), counts))
        for partition, counts in _SMALL.items()
    }


def _full_plan(rng):
    """Labels shuffled, then cut: all known totals are right."""
    letters = np.repeat(list(_LABELS)[:8], _CLASSES)
    labelled = [n for _, n in _PARTITIONS.values()]
    parts = np.split(rng.permutation(letters), np.cumsum(labelled)[:-1])
    plan = {}
    for (partition, (size, _)), part in zip(_PARTITIONS.items(), parts):
        others = np.where(rng.random(size - len(part)) < 0.1, "O", "X")
        plan[partition] = rng.permutation(np.concatenate([part, others]))
    return plan | {"Test3": np.repeat("", _TEST3)}


def _gender(speaker):
    if speaker == "Unknown":
        return "Unknown"
    return "Male" if int(speaker) % 2 else "Female"


def list_votes(clips, seed):
    """What each rater said: five to eight of them a clip.

    Arguments
    ---------
    clips : pandas.DataFrame
        See ``list_clips``. Votes for withheld labels are withheld.
    seed : int

    Returns
    -------
    pandas.DataFrame
        ``ID, worker, primary`` (a word) and ``secondary`` (words with commas,
        may be empty).

    Example
    -------
    >>> votes = list_votes(list_clips(seed=1), seed=1)
    >>> bool(votes.groupby("ID").size().between(5, 8).all())
    True
    """
    rng = np.random.default_rng([seed, 1])
    clips = clips[clips["label"] != ""]
    raters = rng.integers(5, 9, len(clips))
    chosen = clips["label"].map(lambda letter: _LABELS[letter][0])
    chosen = np.repeat(chosen.to_numpy(object), raters)
    random = rng.choice(np.array(_WORDS, object), len(chosen))
    own = (rng.random(len(chosen)) < _AGREEMENT) & (chosen != "")
    primary = np.where(own, chosen, random)
    further = rng.choice(np.array(_FURTHER, object), len(chosen))
    secondary = np.where(further == "", "", primary + "," + further)
    workers = np.arange(len(chosen)) % 2000  # nobody rates a clip twice
    return pandas.DataFrame(
        {
            "ID": np.repeat(clips["ID"].to_numpy(object), raters),
            "worker": [f"WORKER{number:08}" for number in workers],
            "primary": primary,
            "secondary": secondary,
        }
    )


def _voice(clip, seed, seconds):
    """Waveform of a clip, float32 [T]."""
    _, emotion, intensity = _LABELS[clip.label]
    speaker = 999 if clip.speaker == "Unknown" else int(clip.speaker)
    return speak(
        seed, speaker, emotion, intensity, 1, clip.Index + 1, seconds=seconds
    )


def _link(voice, path):
    """Another name of the same recording, where the file system can."""
    try:
        os.link(voice, path)
    except OSError:
        shutil.copyfile(voice, path)
