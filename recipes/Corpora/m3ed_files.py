"""M3ED (Zhao et al., 2022): dialogues of Chinese TV series, read from its tree.

    annotation.json               series, dialogue, utterance; three raters each
    splitInfo/movie_list_*.txt    series of train, val and test
    modality_speech/A_series_1_2.wav

Written from its documentation: its sound was never read here. Labels are the
published main emotion; a rater may name several, and each counts.
"""

import json
import re
from collections import Counter
from pathlib import Path

import pandas

from speechbrain_zsfuse.corpora import Reading, compare_counts
from speechbrain_zsfuse.files import read_json, read_lines
from speechbrain_zsfuse.folders import check_folder, find_files

EMOTIONS = {
    "Neutral": "neutral",
    "Happy": "happy",
    "Surprise": "surprised",
    "Sad": "sad",
    "Disgust": "disgusted",
    "Anger": "angry",
    "Fear": "fearful",
}
CLIPS = 24437  # with sound
LISTS = {"train": "train", "val": "valid", "test": "test"}
NO_SOUND = "annotated, but without a sound file"
ABOUT = {
    "languages": ["zh"],
    "style": "acted",
    "label_source": "perceived",
    "licence": "none stated; the sound is of TV series",
    "source": "https://github.com/AIM3-RUC/RUCM3ED",
    "citation": "Zhao et al.: M3ED, multi-modal multi-scene multi-label "
    "emotional dialogue database. ACL, 2022.",
    "seen": "documentation",
    "folds_by": "speaker",
    "confounded": None,
}


def read_m3ed(data_folder):
    """Read the annotation and find the sound.

    Arguments
    ---------
    data_folder : str or Path

    Returns
    -------
    Reading

    Raises
    ------
    FileNotFoundError
        If the folder is not M3ED.
    ValueError
        If the annotation has another form.

    Example
    -------
    >>> read_m3ed(getfixture("tmpdir"))
    Traceback (most recent call last):
    FileNotFoundError: Expected annotation.json of M3ED in ...
    """
    folder = check_folder(
        Path(data_folder),
        lambda place: (place / "annotation.json").is_file(),
        "annotation.json of M3ED",
    )
    place = folder / "annotation.json"
    tree = read_json(place, "Restore it.")
    try:
        said = {row["name"]: row for row in _utterances(tree)}
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(
            f"Expected series, dialogues and utterances in {place}, but "
            f"something is missing: {error!r}. Restore the file."
        ) from error
    lists = _read_lists(folder)
    rows, problems, dropped, first = [], [], {}, {}
    for path in find_files(folder, (".wav", ".flac", ".ogg")):
        wav = path.relative_to(folder).as_posix()
        row = said.pop(path.stem, None)
        problem = "not in annotation.json"
        if path.stem in first:
            problem = f"another file of the clip that is {first[path.stem]}"
        if row is not None:
            problem = f"its emotion is {row['emotion']!r}"
        if row is None or row["emotion"] not in EMOTIONS:
            problems.append(f"{wav}: {problem}")
            dropped.setdefault("not labelled", []).append(wav)
            continue
        first[path.stem] = wav
        rows.append(
            {**row, "wav": wav, "split": lists.get(row["session"], "")}
            | {"emotion": EMOTIONS[row["emotion"]]}
        )
    if said:
        dropped[NO_SOUND] = sorted(said)
    if not rows:
        raise FileNotFoundError(
            f"Expected sound of M3ED in {folder}, files like "
            "modality_speech/A_shaonianpai_1_1.wav, but there is none that "
            "annotation.json names. Unpack its audio clips there."
        )
    return Reading(
        "m3ed",
        pandas.DataFrame(rows, dtype=object).drop(columns="name"),
        name="M3ED",
        dropped=dropped,
        problems=problems,
        sources=[place, *sorted((folder / "splitInfo").glob("*.txt"))],
        differences=lambda kept: (
            compare_counts("M3ED,", {"clips": CLIPS}, {"clips": len(kept)})
            if {*kept["emotion"]} == {*EMOTIONS.values()}
            else []
        ),
        about=ABOUT,
    )


def _utterances(tree):
    """What is said of each utterance, under the name of its sound file."""
    for series, dialogues in tree.items():
        for dialogue, content in dialogues.items():
            people = content["SpeakerInfo"]
            for name, said in content["Dialog"].items():
                side, labels = said["Speaker"], said["EmoAnnotation"]
                yield {
                    "name": f"{side}_{name}",
                    "emotion": labels["final_main_emo"],
                    "speaker": f"{series}_{people[side]['Name']}",
                    "gender": _gender(people[side].get("Gender")),
                    "session": series,
                    "dialogue": dialogue,
                    "transcript": said.get("Text") or "",
                    "votes": _count(labels),
                }


def _gender(word):
    return word if word in ("female", "male") else ""


def _count(labels):
    """JSON of word to count of all that raters named."""
    counts = Counter(
        EMOTIONS.get(word, "other")
        for rater, answer in labels.items()
        if rater.startswith("EmoAnnotator")
        for word in re.findall(r"\w+", answer or "")
    )
    return json.dumps(dict(sorted(counts.items())))


def _read_lists(folder):
    """Series to the split it is published in; none if there are no lists."""
    return {
        line.strip(): split
        for name, split in LISTS.items()
        for path in [folder / "splitInfo" / f"movie_list_{name}.txt"]
        if path.is_file()
        for line in read_lines(path)
        if line.strip()
    }
