"""How a room opens its door: public names, loaded when first used.

A room's ``__init__`` has one explicit list of names. Importing it loads none
of its files; editors see the names in its ``TYPE_CHECKING`` block.
"""

from importlib import import_module


def open_door(room, homes):
    """What a lazy ``__init__`` needs.

    Arguments
    ---------
    room : str
        Its ``__name__``.
    homes : dict
        Public name to the file of the room where it lives; empty: the name is
        that of a file itself.

    Returns
    -------
    tuple
        ``__getattr__``, ``__dir__`` and ``__all__``.

    Example
    -------
    >>> load, _, names = open_door("json", {"JSONDecoder": "decoder"})
    >>> names, load("JSONDecoder").__name__
    (['JSONDecoder'], 'JSONDecoder')
    >>> load("decode")
    Traceback (most recent call last):
    AttributeError: json has no 'decode'; it has JSONDecoder
    """
    names = sorted(homes)

    def load(name):
        if name not in homes:
            raise AttributeError(
                f"{room} has no {name!r}; it has {', '.join(names)}"
            )
        home = homes[name]
        module = import_module(f"{room}.{home or name}")
        return getattr(module, name) if home else module

    return load, lambda: names, names
