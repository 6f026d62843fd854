"""Who is meant by the name of a speaker, however it is spelled. Pure; this
file knows no corpus.
"""

import re

from speechbrain_zsfuse.corpora.words.looks import as_it_looks

_UNKNOWN = {"", "unknown", "nan", "none", "null", "n/a", "?"}
_TITLE = re.compile(r"(?i)(speaker|spkr|spk)[ _-]*(?=\d)")
_NUMBER = re.compile(r"0*(\d+)(\.0*)?")


def same_speaker(name):
    """One spelling for all spellings of a speaker.

    Numbers went through spreadsheets and data frames: 7, 7.0, 0007 and
    Speaker_7 are one speaker. What cannot be seen makes no difference: forms
    of an accent, kinds and numbers of blanks, characters without a width.

    Arguments
    ---------
    name : str

    Returns
    -------
    str
        Empty if the name says that nobody knows. Names that are no numbers
        stay as they look, without spaces around them.

    Example
    -------
    >>> [same_speaker(n) for n in ("7", "7.0", "0007", "Speaker_07", " 7 ")]
    ['7', '7', '7', '7', '7']
    >>> [same_speaker(n) for n in ("01M", "Ses01F", "70", "Unknown", "nan")]
    ['01M', 'Ses01F', '70', '', '']
    >>> same_speaker("Jose\\u0301  A\\u200b") == same_speaker("Jos\\u00e9 A")
    True
    """
    name = as_it_looks(name)
    if name.lower() in _UNKNOWN:
        return ""
    number = _NUMBER.fullmatch(_TITLE.sub("", name, count=1))
    return number[1] if number else name


def who_is_meant(name):
    """What names of one speaker have in common, whatever their capitals: as
    many people write one person as Anna and as anna, and nobody two.

    Example
    -------
    >>> who_is_meant("Anna") == who_is_meant("anna "), who_is_meant("07")
    (True, '7')
    """
    return same_speaker(name).casefold()


def spell_alike(names):
    """One of the spellings there are for each speaker.

    Arguments
    ---------
    names : iterable of str

    Returns
    -------
    dict
        Name to the first spelling, in order, of who is meant; empty if the
        name says that nobody knows.

    Example
    -------
    >>> spell_alike(["7.0", "07", "Unknown", "anna", "Anna"])
    {'07': '07', '7.0': '07', 'Anna': 'Anna', 'Unknown': '', 'anna': 'Anna'}
    """
    spellings = {"": ""}
    return {
        name: spellings.setdefault(who_is_meant(name), name.strip())
        for name in sorted(set(names), key=str.strip)
    }
