"""Rows of MSP-Podcast's label file to clips: what each letter and partition
means, where its audio lies, and what is set aside for which reason.
"""

from collections import Counter

import pandas
from msp_podcast_labels import audio_folder, clip_id

from speechbrain_zsfuse.folders import find_files

LABELS = (
    *("neutral", "happy", "angry", "sad"),
    *("surprised", "contemptuous", "disgusted", "fearful"),
)
LETTERS = dict(zip("NHASUCDF", LABELS)) | {"O": "other", "X": "no agreement"}
PARTITIONS = {
    "train": "train",
    "development": "valid",
    "validation": "valid",
    "test1": "test",
    "test2": "test",
    "test": "test",  # of BIIC-Podcast, which has one
}
GENDERS = {"male": "male", "female": "female"}
NO_LABEL = "no label"
WITHHELD = "Test3, whose labels are withheld"

_NAME = r"(?i)^(?:MSP|BIIC)-PODCAST_(\d+)_[\d_]+$"


def list_audio(data_folder):
    """Audio files, by the id of their clip.

    Arguments
    ---------
    data_folder : Path
        The corpus.

    Returns
    -------
    dict
        Id to path relative to the corpus, str.

    Raises
    ------
    ValueError
        If two files have the same name.

    Example
    -------
    >>> list_audio(getfixture("msp_podcast"))["MSP-PODCAST_0001_0001"]
    'Audios/MSP-PODCAST_0001_0001.wav'
    """
    files = find_files(audio_folder(data_folder), (".wav", ".flac"))
    files = [path for path in files if path.name[0] != "."]
    copies = Counter(clip_id(path.name) for path in files)
    twice = [name for name, number in copies.items() if number > 1]
    if twice:
        raise ValueError(
            f"Expected one audio file of each clip, but {len(twice)} have "
            f"several, {twice[0]} for one. Keep one of each."
        )
    top = len(str(data_folder)) + 1
    return {clip_id(path.name): path.as_posix()[top:] for path in files}


def locate(rows, audio, data_folder):
    """Rows with their audio file, session and tidy values.

    Arguments
    ---------
    rows : pandas.DataFrame
        See ``read_labels``.
    audio : dict
        See ``list_audio``.
    data_folder : Path

    Returns
    -------
    pandas.DataFrame
        ``ID, wav, emotion, speaker, session, gender, part, split``; and
        ``label`` and ``partition`` as they were. What is unknown is empty.

    Example
    -------
    >>> row = {"ID": "MSP-PODCAST_0023_0048", "label": "U", "speaker": "7"}
    >>> row |= {"gender": "Female", "partition": "Test1"}
    >>> folder = getfixture("msp_podcast")
    >>> clips = locate(pandas.DataFrame([row]), {}, folder)
    >>> clips[["wav", "emotion", "session"]].values.tolist()
    [['Audios/MSP-PODCAST_0023_0048.wav', 'surprised', '0023']]
    """
    home = audio_folder(data_folder).name
    split = rows["partition"].str.lower().map(PARTITIONS).fillna("")
    return rows.assign(
        wav=[audio.get(clip, f"{home}/{clip}.wav") for clip in rows["ID"]],
        emotion=rows["label"].str.upper().map(LETTERS).fillna(""),
        session=rows["ID"].str.extract(_NAME, expand=False).fillna(""),
        gender=rows["gender"].str.lower().map(GENDERS).fillna(""),
        part=rows["partition"].str.capitalize().where(split == "test", ""),
        split=split,
    )


def set_aside(clips, problems=None):
    """Keep the rows that have a split and an emotion.

    Arguments
    ---------
    clips : pandas.DataFrame
        See ``locate``.
    problems : dict, optional
        See ``read_labels``. Clips of which files say two things are not kept.

    Returns
    -------
    clips : pandas.DataFrame
        What is kept.
    dropped : dict
        Reason to list of ids: what the corpus itself withholds.
    unknown : dict
        Reason to list of ids: spellings that nobody knows, and ``problems``.

    Example
    -------
    >>> clips = pandas.DataFrame(
    ...     {
    ...         "ID": ["a", "b", "c"],
    ...         "label": ["N", "", "Q"],
    ...         "partition": ["Train", "Test3", "Train"],
    ...         "emotion": ["neutral", "", ""],
    ...         "session": "0001",
    ...         "split": ["train", "", "train"],
    ...     }
    ... )
    >>> kept, dropped, unknown = set_aside(clips)
    >>> kept["ID"].tolist(), dropped, unknown
    (['a'], {'Test3, whose labels are withheld': ['b']}, \
{"unknown label 'Q'": ['c']})
    """
    problems = problems or {}
    reason = pandas.Series("", clips.index, dtype=object)
    label, partition = clips["label"], clips["partition"]
    # Of several reasons the last one counts.
    for holds, why in (
        (clips["session"] == "", "not named MSP-PODCAST_<podcast>_<segment>"),
        (clips["split"] == "", "unknown partition " + partition.map(repr)),
        (partition == "", "no partition in the label file or Partitions.txt"),
        (clips["emotion"] == "", "unknown label " + label.map(repr)),
        (label == "", NO_LABEL),
        (partition.str.lower() == "test3", WITHHELD),
        *((clips["ID"].isin(ids), why) for why, ids in problems.items()),
    ):
        reason = reason.mask(holds, why)
    ids = clips["ID"].groupby(reason).apply(list).to_dict()
    ids.pop("", None)
    known, told = set(clips["ID"]), {}
    for why, names in problems.items():  # files before clips
        lines = [name for name in names if name not in known]
        told[why] = lines + ids.pop(why, [])
    dropped = {why: ids.pop(why) for why in (NO_LABEL, WITHHELD) if why in ids}
    kept = clips[reason == ""].drop(columns=["label", "partition"])
    return kept, dropped, told | ids
