"""Made-up voices as IEMOCAP: its tree, its annotation files, its traps.

Actors rate themselves (and are wrong), one rater in three disagrees, a rater
may give two labels, some clips have no majority, and the letter at the head
of an id is not the speaker. The small corpus is for tests; the full one has
the release's true counts, with short clips.
"""

import shutil
from collections import defaultdict
from itertools import count, cycle
from pathlib import Path
from typing import NamedTuple

import soundfile

from speechbrain_zsfuse.files import write_text
from speechbrain_zsfuse.progress import show_bar
from speechbrain_zsfuse.synthetic import speak, write_audio

# Code: (word of a rater, emotion of the voice, its intensity).
_LABELS = {
    "neu": ("Neutral", "neutral", 1),
    "hap": ("Happiness", "happy", 1),
    "exc": ("Excited", "happy", 2),
    "sad": ("Sadness", "sad", 1),
    "ang": ("Anger", "angry", 1),
    "fru": ("Frustration", "angry", 1),
    "xxx": (None, "neutral", 1),
    "sur": ("Surprise", "happy", 2),
    "fea": ("Fear", "sad", 2),
    "oth": ("Other", "neutral", 1),
    "dis": ("Disgust", "angry", 1),
}
_SMALL = {"neu": 6, "hap": 2, "exc": 4, "sad": 4, "ang": 4, "fru": 3, "xxx": 3}

# What is known of the release: four classes by session, scripted ones among
# them, and the totals of the rest. How happiness divides by session is not.
_SESSIONS = (
    {"neu": 384, "hap": 101, "exc": 177, "sad": 194, "ang": 229},
    {"neu": 362, "hap": 119, "exc": 208, "sad": 197, "ang": 137},
    {"neu": 320, "hap": 104, "exc": 182, "sad": 305, "ang": 240},
    {"neu": 258, "hap": 110, "exc": 193, "sad": 143, "ang": 327},
    {"neu": 384, "hap": 161, "exc": 281, "sad": 245, "ang": 170},
)
_SCRIPTED = (508, 479, 538, 482, 581)
_ALL = (1819, 1811, 2136, 2103, 2170)
_REST = {"fru": 1849, "xxx": 2507, "sur": 107, "fea": 40, "oth": 3, "dis": 2}


class Utterance(NamedTuple):
    """One evaluated utterance.

    Example
    -------
    >>> Utterance("1", "Ses01F_impro01", "M", 3, "neu").name
    'Ses01F_impro01_M003'
    """

    session: str
    dialog: str
    gender: str
    number: int
    label: str

    @property
    def name(self):
        """Its id, a str."""
        return f"{self.dialog}_{self.gender}{self.number:03}"

    @property
    def path(self):
        """Its file below the corpus folder, a str."""
        folder = f"Session{self.session}/sentences/wav/{self.dialog}"
        return f"{folder}/{self.name}.wav"


def list_utterances(full=False):
    """All utterances of the corpus.

    Arguments
    ---------
    full : bool
        The true counts, 10,039 in all; or 26 a session.

    Returns
    -------
    list of Utterance

    Example
    -------
    >>> len(list_utterances()), len(list_utterances(full=True))
    (130, 10039)
    """
    rest = _spread(_REST)
    utterances = []
    for index in range(5):
        if full:
            labels = _spread(_SESSIONS[index])
            scripted = _SCRIPTED[index] / len(labels)
            more = _ALL[index] - len(labels)
            others, rest = rest[:more], rest[more:]
        else:
            labels, scripted, others = _spread(_SMALL), 0.5, []
        utterances += _name(str(index + 1), labels, scripted)
        utterances += _name(str(index + 1), others, 0.5, first=500)
    return utterances


def _spread(counts):
    """Labels in the order of their relative position: evenly mixed."""
    places = [
        ((i + 0.5) / n, label) for label, n in counts.items() for i in range(n)
    ]
    return [label for _, label in sorted(places)]


def _name(session, labels, scripted, first=0):
    """Give labels a dialogue, a speaker and a number."""
    counters = defaultdict(lambda: first)
    wearers, speakers = cycle("FFMM"), cycle("FM")
    scenes = {True: cycle(("01_1", "01_2b", "02_1")), False: cycle("12345")}
    for index, label in enumerate(labels):
        is_script = int((index + 1) * scripted) > int(index * scripted)
        scene = next(scenes[is_script])
        kind = f"script{scene}" if is_script else f"impro0{scene}"
        dialog = f"Ses0{session}{next(wearers)}_{kind}"
        gender = next(speakers)
        counters[dialog, gender] += 1
        number = counters[dialog, gender] - 1
        yield Utterance(session, dialog, gender, number, label)


def make_iemocap(folder, *, seed, full=False, seconds=0.5, progress=True):
    """Write the corpus; audio that is there already is left as it is.

    Arguments
    ---------
    folder : str or Path
        Where ``Session1`` and so on go. Use one folder a seed.
    seed : int
        0 or more.
    full : bool
        All 10,039 utterances, of about 0.3 s, one recording per speaker and
        label; or 130.
    seconds : float
        Mean duration of a neutral clip of the small corpus in seconds.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Path
        The folder. Files are mono 16-bit PCM WAV at 16000 Hz.

    Example
    -------
    >>> folder = make_iemocap(
    ...     getfixture("tmpdir"), seed=1, seconds=0.2, progress=False
    ... )
    >>> len(list(folder.glob("Session3/dialog/EmoEvaluation/*.txt")))
    16
    """
    folder, dialogs = Path(folder), defaultdict(list)
    for utterance in list_utterances(full):
        dialogs[utterance.session, utterance.dialog].append(utterance)
    models = {}
    bar = show_bar(
        dialogs.items(), "Made-up dialogues", progress, unit=" dialogue"
    )
    for (session, dialog), utterances in bar:
        for utterance in utterances:
            path = folder / utterance.path
            if path.exists():
                continue
            if full:
                key = session, utterance.gender, utterance.label
                _copy(models.setdefault(key, path), path, utterance, seed)
            else:
                write_audio(path, _voice(utterance, seed, seconds))
        place = folder / f"Session{session}" / "dialog"
        lengths = [soundfile.info(folder / u.path).duration for u in utterances]
        write_text(
            place / "EmoEvaluation" / f"{dialog}.txt",
            _evaluation(utterances, lengths),
        )
        write_text(
            place / "transcriptions" / f"{dialog}.txt",
            _transcript(utterances, lengths),
        )
    return folder


def _copy(model, path, utterance, seed):
    """The first of a kind is spoken, the others are copies of it."""
    if model == path:
        write_audio(path, _voice(utterance._replace(number=0), seed, 0.3))
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(model, path)


def _voice(utterance, seed, seconds):
    _, emotion, intensity = _LABELS[utterance.label]
    speaker = 2 * int(utterance.session) - (utterance.gender == "M")
    statement = 1 if "script" in utterance.dialog else 2
    voices = {code: voice for code, (_, *voice) in _LABELS.items()}
    alike = [c for c in voices if voices[c] == [emotion, intensity]]
    # Labels of one voice are other recordings.
    take = sum(map(ord, utterance.name)) + 10_000 * alike.index(utterance.label)
    return speak(
        seed, speaker, emotion, intensity, statement, take, seconds=seconds
    )


def _evaluation(utterances, lengths):
    """Text of one dialogue's evaluation file; lengths in seconds."""
    lines = ["% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]", ""]
    for begin, utterance, length in zip(count(6.29, 9), utterances, lengths):
        word = _LABELS[utterance.label][0]
        votes = (
            [f"{word};", f"{word}; Frustration;", "Neutral;"]
            if word
            else ["Neutral state;", "Sadness;", "Other;"]
        )
        wrong = "F" if utterance.gender == "M" else "M"
        lines += [
            f"[{begin:.4f} - {begin + length:.4f}]\t{utterance.name}\t"
            f"{utterance.label}\t[2.5000, 3.0000, 2.0000]",
            *(f"C-E{n}:\t{vote}\t()" for n, vote in enumerate(votes, 1)),
            f"C-{wrong}1:\tDisgust;\t(bored)",
            "A-E1:\tval 3; act 3; dom  2;\t()",
            f"A-{wrong}1:\tval 3; act 2; dom  ;\t()",
            "",
        ]
    return "\n".join(lines)


def _transcript(utterances, lengths):
    """Text of one dialogue's transcription file, noises included."""
    first = utterances[0]
    lines = [
        f"{utterance.name} [{begin:08.4f}-{begin + length:08.4f}]: That is my "
        "line, I said it."
        for begin, utterance, length in zip(count(6.29, 9), utterances, lengths)
    ]
    noise = f"{first.dialog}_{first.gender}XX0 [000.0000-000.1000]: [BREATHING]"
    return "\n".join([noise, *lines, ""])
