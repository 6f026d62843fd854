"""IEMOCAP's annotation files, read into tables: labels, votes, transcripts.

    Session1/dialog/EmoEvaluation/Ses01F_impro01.txt
    Session1/dialog/transcriptions/Ses01F_impro01.txt

Nothing is decided here and nothing is lost: a line that cannot be read is
returned as a problem that names the file and the line.
"""

import json
import os
import re
from collections import Counter

import pandas

from speechbrain_zsfuse.corpora import found_so_far
from speechbrain_zsfuse.files import read_lines

EMOTIONS = {
    "neu": "neutral",
    "hap": "happy",
    "exc": "excited",
    "sad": "sad",
    "ang": "angry",
    "fru": "frustrated",
    "fea": "fearful",
    "sur": "surprised",
    "dis": "disgusted",
    "oth": "other",
    "xxx": "no majority",
}
VOTES = {
    "Neutral": "neutral",
    "Neutral state": "neutral",
    "Happiness": "happy",
    "Excited": "excited",
    "Sadness": "sad",
    "Anger": "angry",
    "Frustration": "frustrated",
    "Fear": "fearful",
    "Surprise": "surprised",
    "Disgust": "disgusted",
    "Other": "other",
}

# [6.2901 - 8.2357]  Ses01F_impro01_M003  neu  [2.5000, 2.5000, 2.5000]
_HEADER = re.compile(
    r"\[(\d+\.?\d*) - (\d+\.?\d*)\]\s+(\w+)\s+(\w+)"
    r"\s+\[([\d.]+), ([\d.]+), ([\d.]+)\]\s*"
)
# Who was recorded (not who wore the markers) is the last F or M.
_ID = re.compile(r"(Ses0([1-5])[FM]_(impro|script)(\w*))_([FM])\d+")
# E: evaluators. F and M are the actors, rating themselves.
_VOTE = re.compile(r"C-(([EFM])\w*):\s*([^(]*?)\s*(\(.*)?")
_TRANSCRIPT = re.compile(r"(\w+) \[[\d.]+-[\d.]+\]: ?(.*)")


def read_annotations(data_folder):
    """Read every session.

    Arguments
    ---------
    data_folder : Path
        ``IEMOCAP_full_release``.

    Returns
    -------
    clips : pandas.DataFrame
        One row per evaluated utterance: ``ID, wav, emotion`` (a word of
        ``EMOTIONS``), ``speaker, session, gender, votes, other_votes, part,
        script, valence, activation, dominance, stated`` (seconds from begin
        to end, float), ``transcript``.
    problems : list of str
        Lines that could not be read.
    files : list of Path
        What was read.

    Raises
    ------
    PermissionError
        If a file cannot be read.
    ValueError
        If no utterance is evaluated.

    Example
    -------
    >>> clips, problems, files = read_annotations(getfixture("iemocap"))
    >>> sorted(set(clips["session"])), problems
    (['1', '2', '3', '4', '5'], [])
    """
    evaluations = _dialogs(data_folder, "EmoEvaluation")
    transcriptions = _dialogs(data_folder, "transcriptions")
    rows, problems = [], []
    for path in evaluations:
        name = path.relative_to(data_folder)
        found, bad = read_evaluation(read_lines(path), str(name))
        rows, problems = rows + found, problems + bad
    texts = {}
    for path in transcriptions:
        texts |= read_transcripts(read_lines(path))
    if not rows:
        raise ValueError(
            f"Expected evaluated utterances in {data_folder}, in files "
            "Session1/dialog/EmoEvaluation/*.txt, but there is none. Restore "
            "the corpus." + found_so_far(problems)
        )
    clips = pandas.DataFrame(rows)
    clips["transcript"] = clips["ID"].map(texts).fillna("")
    silent = (clips["transcript"] == "").sum()
    if silent:
        problems.append(f"{silent:,} utterances have no transcript")
    unheard = clips["ID"][clips["votes"] == "{}"]
    if len(unheard):
        problems.append(
            f"{len(unheard):,} utterances have no votes ({unheard.iloc[0]} for "
            "one)"
        )
    return clips, problems, evaluations + transcriptions


def read_evaluation(lines, name):
    """Read one dialogue's evaluation: blocks of a header and what raters say.

    Votes belong to the header above them, and to none after an empty line. A
    rater who stands there twice counts once.

    Arguments
    ---------
    lines : list of str
    name : str
        Of the file, for the problems.

    Returns
    -------
    rows : list of dict
    problems : list of str

    Example
    -------
    >>> rows, problems = read_evaluation(
    ...     [
    ...         "[6.29 - 8.23]\\tSes01F_impro01_M003\\tneu\\t[2.5, 2.5, 2.5]",
    ...         "C-E2:\\tNeutral; Sadness;\\t()",
    ...         "C-F1:\\tAnger;\\t()",
    ...         "Ses01F_impro01_M004 angry",
    ...     ],
    ...     "Ses01F_impro01.txt",
    ... )
    >>> rows[0]["speaker"], rows[0]["votes"], rows[0]["other_votes"]
    ('Ses01M', '{"neutral": 1}', '{"sad": 1}')
    >>> problems
    ["Ses01F_impro01.txt, line 4: 'Ses01F_impro01_M004 angry' is no line of \
an evaluation"]
    """
    rows, problems = [], []
    heard = None  # rater to words: of the utterance that the lines are about
    for number, line in enumerate(lines, 1):
        problem = None
        if line.startswith("["):
            row, problem = _read_header(line)
            heard = {}
            rows += [(row, heard)] if row else []
        elif line.startswith("C-"):
            problem = _read_vote(line, heard)
        elif not line.strip():
            heard = None
        elif not line.startswith(("%", "A-")):
            problem, heard = "is no line of an evaluation", None
        if problem:
            problems.append(f"{name}, line {number}: {line!r} {problem}")
    return [row | _count(heard) for row, heard in rows], problems


def read_transcripts(lines):
    """What was said: utterance to text.

    Example
    -------
    >>> read_transcripts(["Ses01F_impro01_F000 [006.29-008.23]: Excuse me."])
    {'Ses01F_impro01_F000': 'Excuse me.'}
    """
    found = map(_TRANSCRIPT.fullmatch, map(str.strip, lines))
    return {match[1]: match[2] for match in found if match}


def _dialogs(data_folder, kind):
    """A session's files of one kind; ``._x`` is what macOS leaves behind."""
    folders = (
        data_folder / f"Session{number}" / "dialog" / kind
        for number in range(1, 6)
    )
    return [
        folder / name
        for folder in folders
        if folder.is_dir()
        for name in sorted(os.listdir(folder))  # an error without permission
        if name.endswith(".txt") and not name.startswith(".")
    ]


def _read_header(line):
    """Row of an utterance, or what is wrong with the line."""
    header = _HEADER.fullmatch(line)
    if not header:
        return None, "is no line of an evaluation"
    begin, end, clip, code, *dimensions = header.groups()
    name, code = _ID.fullmatch(clip), code.lower()
    if not name:
        return None, f"names no utterance of IEMOCAP ({clip})"
    if code not in EMOTIONS:
        return None, f"has the unknown label {header[4]!r}"
    dialog, session, kind, scene, gender = name.groups()
    row = {
        "ID": clip,
        "wav": f"Session{session}/sentences/wav/{dialog}/{clip}.wav",
        "emotion": EMOTIONS[code],
        "speaker": f"Ses0{session}{gender}",
        "session": session,
        "gender": {"F": "female", "M": "male"}[gender],
        "part": {"impro": "improvised", "script": "scripted"}[kind],
        "script": kind + scene.rstrip("abc") if kind == "script" else "",
        "stated": float(end) - float(begin),
    }
    names = ("valence", "activation", "dominance")
    return row | dict(zip(names, dimensions)), None


def _read_vote(line, heard):
    """Hear one rater's words, or say what is wrong with the line."""
    match = _VOTE.fullmatch(line.strip())
    if not match:
        return "is no line of an evaluation"
    if heard is None:
        return "is of no utterance"
    rater, kind, words, _ = match.groups()
    if kind != "E":
        return None
    words = [word.strip() for word in words.split(";") if word.strip()]
    unknown = [word for word in words if word not in VOTES]
    if unknown or not words:
        return f"has the unknown vote {unknown or match[3]!r}"
    if rater in heard:
        return f"is {rater}'s second: the first counts"
    heard[rater] = [VOTES[word] for word in words]
    return None


def _count(heard):
    """First labels of all raters, and further ones, as JSON."""
    first = Counter(words[0] for words in heard.values())
    further = Counter(w for words in heard.values() for w in words[1:])
    return {
        "votes": json.dumps(first, sort_keys=True),
        "other_votes": json.dumps(further, sort_keys=True),
    }
