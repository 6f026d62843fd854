"""Paths to fields of clips, as a definition says. Pure; no file is opened."""

import re
import unicodedata

from speechbrain_zsfuse.corpora.definitions.schema import CODED, compiled
from speechbrain_zsfuse.errors import show

_ENDING = re.compile(r"\.[^./]+$")
_BRACES = re.compile(r"\{(\w+)\}")


def clip_name(path):
    """A path as definitions see it: in NFC, without the ending.

    Example
    -------
    >>> clip_name("Ore\\u0301au/01a (2).wav")
    'Oréau/01a (2)'
    """
    return unicodedata.normalize("NFC", _ENDING.sub("", path))


def read_name(definition, name):
    """What the name of a clip says.

    Arguments
    ---------
    definition : Definition
    name : str
        See ``clip_name``.

    Returns
    -------
    matched : str or None
        The part that is the clip's, wherever the corpus lies; None if it is no
        name of this corpus.
    fields : dict
        Field to text, words in place of codes.

    Raises
    ------
    ValueError
        If a code has no word.

    Example
    -------
    >>> from speechbrain_zsfuse.corpora.definitions.definition import (
    ...     find_definition,
    ... )
    >>> matched, fields = read_name(find_definition("tess"), "a/OA_bite_ps")
    >>> matched, fields["speaker"], fields["emotion"]
    ('OA_bite_ps', 'OAF', 'surprised')
    """
    for pattern in definition.files:
        found = compiled(pattern).search(name)
        if found:
            said = {k: v for k, v in found.groupdict().items() if v is not None}
            fields = definition.constants | words_of(definition, said)
            return found.group().lstrip("/"), fields
    return None, {}


def words_of(definition, fields):
    """What names or tables say, in one spelling, words in place of codes.

    Arguments
    ---------
    definition : Definition
    fields : dict
        Field to text; empty where nobody knows.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If a code has no word.

    Example
    -------
    >>> from speechbrain_zsfuse.corpora.definitions.definition import (
    ...     find_definition,
    ... )
    >>> words_of(find_definition("emodb"), {"emotion": "W"})
    {'emotion': 'angry'}
    >>> words_of(find_definition("emodb"), {"emotion": "Q"})
    Traceback (most recent call last):
    ValueError: its emotion is 'Q', which is none of W, L, E, A, F, T, N
    """
    words = {}
    for field, value in fields.items():
        value = _spell(value, definition.normalise.get(field))
        if field in definition.modulo and value.isdecimal():
            value = str((int(value) - 1) % definition.modulo[field] + 1)
        codes = getattr(definition, field) if field in CODED else {}
        if value and codes:
            if value not in codes and field in ("gender", "language"):
                value = ""  # said somewhere in words of their own: unknown
            elif value not in codes:
                raise ValueError(
                    f"its {field} is {show(value)}, which is none of "
                    f"{', '.join(codes)}"
                )
            value = codes.get(value, "")
        words[field] = value
    return words


def _spell(value, rule):
    if rule is None:
        return value
    if rule == "lower":
        return value.lower()
    if rule == "number":
        return value.lstrip("0") or value[-1:]
    return rule.get(value, value)


def composed(definition, fields):
    """The fields, and those that are made of others.

    Example
    -------
    >>> from speechbrain_zsfuse.corpora.definitions.definition import (
    ...     find_definition,
    ... )
    >>> composed(find_definition("esd"), {"language": "zh", "text": "7"})
    {'language': 'zh', 'text': 'zh 7'}
    """
    return fields | {
        field: _BRACES.sub(lambda part: fields.get(part[1], ""), template)
        for field, template in definition.compose.items()
    }
