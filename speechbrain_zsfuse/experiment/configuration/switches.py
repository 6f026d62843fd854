"""Switches: the words for on and off, as YAML knew them before 1.2.

HyperPyYAML reads YAML 1.2, in which ``no`` and ``off`` are texts, and a text
is true.
"""

_ON = ("true", "yes", "on", "y", "1")
_OFF = ("false", "no", "off", "n", "0")
SWITCH_WORDS = {**dict.fromkeys(_ON, True), **dict.fromkeys(_OFF, False)}


def read_switch(name, value):
    """True or False of a switch.

    Arguments
    ---------
    name : str
        Of the switch, for the error.
    value : bool, int or str
        ``true``, ``yes``, ``on`` or ``y``; ``false``, ``no``, ``off`` or
        ``n``; in capitals, too; 1 or 0.

    Returns
    -------
    bool

    Raises
    ------
    ValueError
        If it is something else.

    Example
    -------
    >>> read_switch("download", "No")
    False
    >>> read_switch("download", "maybe")
    Traceback (most recent call last):
    ValueError: Expected download to be True or False (or yes, no, on, off), \
but got 'maybe'. Write one of these.
    """
    try:
        return SWITCH_WORDS[str(value).strip().lower()]
    except KeyError:
        raise ValueError(
            f"Expected {name} to be True or False (or yes, no, on, off), but "
            f"got {value!r}. Write one of these."
        ) from None
