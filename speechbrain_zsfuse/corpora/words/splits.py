"""What corpora call the parts that train, validate and are tested."""

SPLIT_WORDS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("valid", "validation", "val"), "valid"),
    **dict.fromkeys(("dev", "devel", "development"), "valid"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}


def find_split(word):
    """The split that a word means; empty if it means none.

    Example
    -------
    >>> find_split("Dev"), find_split("audio")
    ('valid', '')
    """
    return SPLIT_WORDS.get(word.strip().lower(), "")
