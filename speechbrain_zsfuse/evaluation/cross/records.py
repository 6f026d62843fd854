"""The cells of a matrix as records, for CSV and JSON. Pure."""

import pandas

from speechbrain_zsfuse.evaluation.cross.matrix import Matrix

_COUNTS = ("seeds", "folds", "clips", "speakers")


def format_records(matrix: Matrix) -> str:
    """The cells as CSV, a line each; see ``list_records``.

    Example
    -------
    See ``zsfuse cross``.
    """
    table = pandas.DataFrame(list_records(matrix))
    return table.to_csv(index=False, float_format="%.6g")


def list_records(matrix: Matrix) -> list[dict]:
    """A dict of plain values for each cell.

    Arguments
    ---------
    matrix : Matrix

    Returns
    -------
    list of dict
        Ends of intervals apart, null if there is none; lists as one text.

    Example
    -------
    >>> from speechbrain_zsfuse.evaluation.cross.matrix import Cell
    >>> pair = "small", "a", "b", False, ["sad", "angry"], 3
    >>> cell = Cell(*pair, 2, 0.5, (0.4, 0.6), 0.25, None)
    >>> [record] = list_records(Matrix(None, [cell]))
    >>> record["classes"], record["of_target"], record["low_all"]
    ('sad angry', 3, None)
    """
    return [
        {
            "system": cell.system,
            "source": cell.source,
            "target": cell.target,
            "within": cell.within,
            "classes": " ".join(cell.shared),
            "of_target": cell.classes,
            "of_source": cell.known,
            "chance": cell.chance,
            "UAR": cell.UAR,
            "sd": cell.sd,
            **_ends(cell.interval, ""),
            "UAR_all": cell.UAR_all,
            "sd_all": cell.sd_all,
            **_ends(cell.interval_all, "_all"),
            **{k: getattr(cell, k) for k in _COUNTS},
            "shift": "; ".join(cell.shift),
            "marks": "; ".join(cell.marks),
        }
        for cell in matrix.cells
    ]


def _ends(interval, ending):
    low, high = interval or (None, None)
    return {f"low{ending}": low, f"high{ending}": high}
