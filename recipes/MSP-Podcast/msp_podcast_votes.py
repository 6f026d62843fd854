"""MSP-Podcast's raters, a million of them, counted clip by clip.

    Labels/labels_detailed.csv (or .json)

Three forms of it exist: a rater's answer packed into one field ("WORKER7; Sad;
Sad,Concerned; A:3.0; V:4.0; D:4.0;"), one row per rater, and JSON. Words that
are no emotion of the list, free text included, count as "other".
"""

import json
from collections import Counter

import numpy as np
import pandas
from msp_podcast_labels import clip_id, labels_folder
from msp_podcast_tables import find_entry, load_json, read_table, tidy

PRIMARY = {
    "neutral": "neutral",
    "happy": "happy",
    "angry": "angry",
    "sad": "sad",
    "surprise": "surprised",
    "contempt": "contemptuous",
    "disgust": "disgusted",
    "fear": "fearful",
    "other": "other",
}
# A rater may name further emotions, of a longer list.
SECONDARY = PRIMARY | {
    word: word
    for word in (
        *("amused", "annoyed", "concerned", "confused", "depressed"),
        *("disappointed", "excited", "frustrated"),
    )
}


def read_votes(data_folder, clips):
    """Count each clip's votes.

    Arguments
    ---------
    data_folder : Path
        The corpus.
    clips : pandas.Series
        Ids, without doubles.

    Returns
    -------
    votes : pandas.DataFrame
        ``votes`` (of primary emotions) and ``other_votes`` (of secondary
        ones), JSON objects of word to count; in the order of ``clips``.
    notes : list of str
        What could not be read, or counts as something else.
    files : list of Path
        What was read.

    Raises
    ------
    PermissionError
        If the file cannot be read.
    ValueError
        If it has none of the three forms.

    Example
    -------
    >>> clips = pandas.Series(["MSP-PODCAST_0001_0001"])
    >>> votes, notes, _ = read_votes(getfixture("msp_podcast"), clips)
    >>> sum(json.loads(votes["votes"][0]).values()) >= 5
    True
    """
    path = find_entry(
        labels_folder(data_folder),
        "labels_detailed.csv",
        "labels_detailed.json",
    )
    if path is None:
        none = pandas.DataFrame(index=clips.index)
        note = "there is no labels_detailed.csv or .json: no votes are counted"
        return none.assign(votes="{}", other_votes="{}"), [note], []
    answers, notes = read_answers(path)
    home = pandas.Index(clips).get_indexer(answers["ID"])
    primary, secondary = answers["primary"], answers["secondary"]
    votes = pandas.DataFrame(
        {
            "votes": count_words(
                home, primary.str.replace(",", " "), PRIMARY, len(clips)
            ),  # one rater, one word
            "other_votes": count_words(home, secondary, SECONDARY, len(clips)),
        },
        index=clips.index,
    )
    notes += _unknown_words(primary)
    silent = (votes["votes"] == "{}").sum()
    if silent:
        notes.append(f"{silent:,} clips have no votes in {path.name}")
    return votes, notes, [path]


def read_answers(path):
    """Read who said what of which clip, whatever the form.

    Arguments
    ---------
    path : Path

    Returns
    -------
    answers : pandas.DataFrame
        ``ID`` of the clip, ``primary`` (one emotion) and ``secondary``
        (further ones with commas): str, one row per rater; and ``rater``, if
        the file tells, who counts once a clip.
    notes : list of str
        Lines that could not be read, and what does not count.

    Raises
    ------
    ValueError
        If it has none of the three forms.

    Example
    -------
    >>> from pathlib import Path
    >>> path = Path(getfixture("tmpdir")) / "labels_detailed.csv"
    >>> _ = path.write_text(
    ...     'FileName,EmoDetail\\na.wav,"W7; Sad; Sad,Amused; A:3.0; V:4.0;"'
    ... )
    >>> read_answers(path)[0].drop(columns="rater").to_dict("records")
    [{'ID': 'a', 'primary': 'Sad', 'secondary': 'Sad,Amused'}]
    """
    if path.suffix.lower() == ".json":
        answers, notes = _nested_answers(load_json(path), path), []
    else:
        table, problems = read_table(path)
        answers = _answers_of_rows(table, path)
        notes = [f"{line}: {why}" for why in problems for line in problems[why]]
    codes, names = pandas.factorize(answers.pop("name"))
    ids = np.array([*map(clip_id, names)], object)[codes]
    answers.insert(0, "ID", ids)
    return _once_a_rater(answers, notes)


def _answers_of_rows(table, path):
    """One row per rater, or a rater's answer packed into one field."""
    if {"filename", "emodetail"} <= set(table):
        details = table["emodetail"]
        codes, different = pandas.factorize(_without_ratings(details))
        unpacked = np.array([unpack(d) for d in different], object)
        primary, secondary = unpacked.reshape(-1, 2)[codes].T
        rater = {"rater": details.str.partition(";")[0].str.strip()}
    elif {"filename", "emoclass_major", "emoclass_second"} <= set(table):
        primary, secondary = table["emoclass_major"], table["emoclass_second"]
        rater = {}
    else:
        raise ValueError(
            "Expected the columns FileName and EmoDetail, or FileName, "
            f"EmoClass_Major and EmoClass_Second in {path}, but it has "
            f"{list(table)}. Restore the file."
        )
    columns = {"primary": primary, "secondary": secondary} | rater
    return pandas.DataFrame({"name": table["filename"], **columns})


def _once_a_rater(answers, notes):
    """First answers of all raters, and a note on their further ones."""
    if "rater" not in answers:
        return answers, notes
    again = answers.duplicated(["ID", "rater"])
    if again.any():
        first = answers[again].iloc[0]
        notes += [
            f"{again.sum():,} answers are a rater's second of one clip and do "
            f"not count ({first['rater']} of {first['ID']}, for one)"
        ]
    return answers[~again], notes


def unpack(detail):
    """Primary and secondary emotions of a packed answer.

    Arguments
    ---------
    detail : str
        Without the rater's name before it, and the ratings after it.

    Returns
    -------
    tuple of str
        The second may be empty.

    Example
    -------
    >>> unpack(" Neutral; Neutral,Concerned; "), unpack(" Other-tired; ")
    (('Neutral', 'Neutral,Concerned'), ('Other-tired', ''))
    """
    primary, *rest = (field.strip() for field in detail.split(";"))
    return primary, ",".join(filter(None, rest))


def _without_ratings(details):
    """Cut "WORKER7;" and "A:3.0; V:4.0; D:4.0;": few different texts stay."""
    return np.array(
        [
            d[d.find(";") + 1 : d.rfind("A:") if "A:" in d else None]
            for d in details.tolist()
        ],
        object,
    )


def count_words(home, answers, words, clips):
    """Count words clip by clip.

    Arguments
    ---------
    home : numpy.ndarray
        Clip of each answer, int, shape [answers]; -1 is no clip.
    answers : pandas.Series
        Words with commas, shape [answers].
    words : dict
        What raters write, in lower case, to the word that is counted. The
        rest counts as "other".
    clips : int
        Number of clips.

    Returns
    -------
    list of str
        JSON object of word to count, of each clip.

    Example
    -------
    >>> answers = pandas.Series(["Sad", "Fear,Sad", ""])
    >>> count_words(np.array([0, 0, 1]), answers, SECONDARY, clips=2)
    ['{"fearful": 1, "sad": 2}', '{}']
    """
    vocabulary = sorted(set(words.values()))
    codes, different = pandas.factorize(answers)
    table = np.zeros((len(different), len(vocabulary)), int)
    for row, answer in enumerate(different):
        for word in filter(None, map(str.strip, answer.split(","))):
            word = words.get(word.lower(), "other")
            table[row, vocabulary.index(word)] += 1
    counts = np.zeros((clips, len(vocabulary)), int)
    known = home >= 0
    np.add.at(counts, home[known], table[codes[known]])
    texts = {}  # many clips have the same counts
    for row in counts:
        if row.tobytes() not in texts:
            found = {w: n for w, n in zip(vocabulary, row.tolist()) if n}
            texts[row.tobytes()] = json.dumps(found)
    return [texts[row.tobytes()] for row in counts]


def _nested_answers(nested, path):
    """{file: {rater: {column: word}}} as a table."""
    answers = [
        (name, rater, answer)
        for name, raters in nested.items()
        for rater, answer in raters.items()
    ]
    if not all(isinstance(answer, dict) for *_, answer in answers):
        raise ValueError(
            f"Expected the columns of each file and rater in {path}, but some "
            "have none. Restore the file."
        )
    rows = []
    for name, rater, answer in answers:
        words = tidy(answer)
        primary = words.get("emoclass_major", "")
        secondary = words.get("emoclass_second", "")
        rows.append((name, rater.strip(), primary, secondary))
    return pandas.DataFrame(
        rows, columns=["name", "rater", "primary", "secondary"]
    )


def _unknown_words(primary):
    """Notes on answers that are neither emotions nor declared as other."""
    words = Counter()
    for word, number in primary.value_counts().items():
        words[word.strip().lower()] += number
    notes, silent = [], words.pop("", 0)
    if silent:
        notes.append(f"{silent:,} answers name no primary emotion")
    unknown = Counter(
        {
            word: number
            for word, number in words.items()
            if word not in PRIMARY and not word.startswith("other")
        }
    )
    if unknown:
        common = ", ".join(repr(word) for word, _ in unknown.most_common(5))
        notes.append(
            f"{unknown.total():,} votes are none of the primary emotions and "
            f"count as other: {common}"
        )
    return notes
