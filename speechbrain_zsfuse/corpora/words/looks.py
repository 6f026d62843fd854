"""What cannot be seen makes no difference between two words."""

import unicodedata


def as_it_looks(text):
    """One spelling for all that look the same.

    Arguments
    ---------
    text : str

    Returns
    -------
    str
        One form of each accent and of each width, one kind and number of
        blanks, none at the ends, no characters without a width.

    Example
    -------
    >>> as_it_looks("Jose\\u0301  A\\u200b ") == as_it_looks("Jos\\u00e9 A")
    True
    """
    text = unicodedata.normalize("NFKC", text)
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(text.split())
