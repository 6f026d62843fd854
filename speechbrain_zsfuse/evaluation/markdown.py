"""A table as Markdown that can be read as it stands. No torch here."""

from collections.abc import Sequence


def format_rows(rows: Sequence[Sequence[str]]) -> str:
    """Rows of texts as a table of Markdown, its columns aligned.

    Arguments
    ---------
    rows : list of list of str
        The header, and as many texts in each other row.

    Returns
    -------
    str

    Example
    -------
    >>> print(format_rows([["model", "UAR"], ["CLAP", "25.0"]]))
    | model | UAR  |
    |-------|------|
    | CLAP  | 25.0 |
    """
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = [
        "| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])
