"""Thai-SER (VISTEC, 2021): 200 actors in 100 studios, read from its labels.

    emotion_label.json            file to {"annotated": [[words of a rater], …]}
    studio001/con/s001_con_actor001_impro1_1.flac
    zoom001/mic/z001_mic_actor161_script1_1a.flac

Written from its documentation: its sound was never read here. The label is what
most raters named; a rater may name several words, and each counts. What a
second microphone heard is the same speech, and is left out.
"""

import json
import re
from collections import Counter
from pathlib import Path

import pandas

from speechbrain_zsfuse.corpora import Reading
from speechbrain_zsfuse.files import read_json
from speechbrain_zsfuse.folders import check_folder, find_files

EMOTIONS = {
    "neutral": "neutral",
    "angry": "angry",
    "happy": "happy",
    "sad": "sad",
    "frustrated": "frustrated",
}
NAMES = "emotion_label.json", "labels.json"
# The condenser microphone of a studio; of a call its only one.
_NAME = re.compile(
    r"(?:^|/)(?P<session>(?:studio|zoom)\d{3})/(?P<mic>con|mic|clip|middle)/"
    r"(?P<name>[sz]\d{3}_[^/]*?actor(?P<speaker>\d+)_[^/]+)\.\w+$"
)
SECOND = "the same speech by another microphone"
TIE = "no emotion has the most votes"
UNLABELLED = "no raters in the file of labels"
ABOUT = {
    "languages": ["th"],
    "style": "acted",
    "label_source": "perceived",
    "licence": "CC BY-SA 4.0",
    "source": "https://github.com/vistec-AI/dataset-releases",
    "citation": "VISTEC-depa AI Research Institute of Thailand: Thai speech "
    "emotion dataset. 2021.",
    "seen": "documentation",
    "folds_by": "dialogue",  # the two actors of a studio hear each other
    "confounded": None,
    "label": "majority",
}


def read_thai_ser(data_folder):
    """Read the labels and find the sound.

    Arguments
    ---------
    data_folder : str or Path

    Returns
    -------
    Reading

    Raises
    ------
    FileNotFoundError
        If the folder is not Thai-SER.
    ValueError
        If the labels have another form.

    Example
    -------
    >>> read_thai_ser(getfixture("tmpdir"))
    Traceback (most recent call last):
    FileNotFoundError: Expected emotion_label.json of Thai-SER in ...
    """
    folder = check_folder(
        Path(data_folder),
        lambda place: any((place / name).is_file() for name in NAMES),
        "emotion_label.json of Thai-SER",
    )
    [place, *_] = [folder / n for n in NAMES if (folder / n).is_file()]
    votes = _read_votes(place)
    rows, dropped, problems = [], {}, []
    for path in find_files(folder, (".flac", ".wav")):
        wav = path.relative_to(folder).as_posix()
        found = _NAME.search(wav)
        if found is None:
            problems.append(f"{wav}: named unlike any clip of the corpus")
        reason, emotion = _judge(found, votes)
        if reason:
            dropped.setdefault(reason, []).append(wav)
            continue
        rows.append(
            {
                "wav": wav,
                "emotion": emotion,
                "speaker": found["speaker"],
                "session": found["session"],
                "group": found["session"],
                "votes": json.dumps(votes[found["name"]]),
            }
        )
    if not rows:
        raise FileNotFoundError(
            f"Expected sound of Thai-SER in {folder}, files like "
            "studio001/con/s001_con_actor001_impro1_1.flac, but there is none "
            f"that {place.name} labels. Unpack its studios there."
        )
    return Reading(
        "thaiser",
        pandas.DataFrame(rows, dtype=object),
        name="Thai-SER",
        dropped=dropped,
        problems=problems,
        sources=[place],
        about=ABOUT,
    )


def _judge(found, votes):
    """Why a file is left out, and the emotion if it is not."""
    if found is None:
        return "named unlike any clip of the corpus", None
    if found["mic"] not in ("con", "mic"):
        return SECOND, None
    counts = votes.get(found["name"], {})
    if not counts:
        return UNLABELLED, None
    most = max(counts.values())
    heard = [word for word, number in counts.items() if number == most]
    return (TIE, None) if len(heard) > 1 else (None, heard[0])


def _read_votes(place):
    """Name of a file, without ending, to word to count."""
    votes = {}
    for name, entries in read_json(place, "Restore it.").items():
        try:
            [entry, *_] = entries
            raters = [
                word.lower() for words in entry["annotated"] for word in words
            ]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f'Expected [{{"annotated": [[words of a rater], …]}}] of '
                f"{name!r} in {place}, but got something else ({error!r}). "
                "Restore the file."
            ) from error
        counts = Counter(EMOTIONS.get(word, "other") for word in raters)
        votes[re.sub(r"\.\w+$", "", name)] = dict(sorted(counts.items()))
    return votes
