"""The lists of EmoBox: JSON lines of clips, with a map of labels beside them.

They name no speaker, which is why a list alone is no corpus.
"""

from speechbrain_zsfuse.files import read_json

_KEYS = {"key", "dataset", "wav", "emo"}
_MAP = "label_map.json"
# Of its further columns, "channel" is 1 in all of its lists.
_UNREAD = ("key", "dataset", "type", "task", "channel")


def is_emobox(rows):
    """Whether rows are of EmoBox's form.

    Example
    -------
    >>> import pandas
    >>> is_emobox(pandas.DataFrame(columns=["file", "emotion"]))
    False
    """
    return set(rows) >= _KEYS


def read_emobox(rows, path):
    """Rows with words for EmoBox's codes.

    Arguments
    ---------
    rows : pandas.DataFrame
        See ``read_rows``.
    path : Path
        Of the list: ``label_map.json`` lies beside it, or in the folder above
        that of a fold.

    Returns
    -------
    rows : pandas.DataFrame
        A code that the map does not have stays as it is.
    sources : list of Path
        The map, if there is one.

    Example
    -------
    >>> import pandas
    >>> from pathlib import Path
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "label_map.json").write_text('{"a": "Angry"}')
    >>> clip = {"key": "x-1", "dataset": "x", "wav": "a.wav", "emo": "a"}
    >>> rows, _ = read_emobox(pandas.DataFrame([clip]), folder / "x.jsonl")
    >>> rows.to_dict("records")
    [{'wav': 'a.wav', 'emo': 'Angry'}]
    """
    rows = rows.drop(columns=[c for c in _UNREAD if c in rows])
    places = [folder / _MAP for folder in (path.parent, path.parent.parent)]
    place = next((p for p in places if p.is_file()), None)
    if place is None:
        return rows, []
    words = read_json(place, "Restore it.")
    # Some of its maps write a word otherwise than its lists: Neutral, neutral.
    words = {str(code).lower(): str(word) for code, word in words.items()}
    spelled = {code: words.get(code.lower(), code) for code in set(rows["emo"])}
    return rows.assign(emo=rows["emo"].map(spelled)), [place]
