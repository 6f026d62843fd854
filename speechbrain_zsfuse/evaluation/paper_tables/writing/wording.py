"""How numbers of the tables are written: shares with four digits, as the paper
does, without the zero.
"""

from collections.abc import Mapping, Sequence

NOTHING = "–"


def share(value: float, sign: str = "") -> str:
    """A share, or with ``sign="+"`` a difference of two.

    Example
    -------
    >>> share(0.69531), share(1.0), share(-0.03, "+"), share(0.03, "+")
    ('.6953', '1.0000', '-.0300', '+.0300')
    """
    text = f"{value:{sign}.4f}"
    return text.replace("0.", ".", 1) if abs(value) < 0.99995 else text


def spread(uar: Mapping | Sequence | None) -> str:
    """Mean and standard deviation: of ``mean_std``, or the paper's pair.

    Example
    -------
    >>> spread({"mean": 0.5, "std": None, "n": 1}), spread((0.6719, 0.0442))
    ('.5000', '.6719 ± .0442')
    """
    if uar is None:
        return NOTHING
    mean, std = (uar["mean"], uar["std"]) if isinstance(uar, Mapping) else uar
    return share(mean) + (f" ± {share(std)}" if std is not None else "")


def ends(interval: Sequence[float] | None, sign: str = "") -> str:
    """An interval.

    Example
    -------
    >>> ends((0.5, 0.75)), ends((-0.01, 0.02), "+"), ends(None)
    ('[.5000, .7500]', '[-.0100, +.0200]', '–')
    """
    if interval is None:
        return NOTHING
    return f"[{', '.join(share(end, sign) for end in interval)}]"


def count(number: int, noun: str) -> str:
    """A number of things.

    Example
    -------
    >>> count(1, "speaker"), count(1200, "clip")
    ('1 speaker', '1,200 clips')
    """
    return f"{number:,} {noun}" + "s" * (number != 1)


def name_folds(folds: Sequence[str]) -> str:
    """Folds behind a comma, if they are known.

    Example
    -------
    >>> name_folds(["2"]), name_folds(["1", "2"]), name_folds([])
    (', fold 2', ', folds 1, 2', '')
    """
    plural = "s" * (len(folds) > 1)
    return f", fold{plural} {', '.join(folds)}" if folds else ""
