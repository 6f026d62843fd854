"""A page of tables as Markdown or LaTeX."""

import re

from speechbrain_zsfuse.evaluation.markdown import format_rows
from speechbrain_zsfuse.evaluation.paper_tables.writing.sheets import (
    Page,
    Sheet,
)

_ESCAPED = {
    "\\": r"\textbackslash{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    **{sign: f"{{{sign}}}" for sign in "[*"},  # after \\ they are options
    "–": "--",
    "±": r"$\pm$",
}
_MINUS = re.compile(r"(?<![\w.)])-(?=\.?\d)")


def to_markdown(page: Page) -> str:
    """As Markdown that can be read as it stands.

    Arguments
    ---------
    page : Page

    Returns
    -------
    str

    Example
    -------
    >>> page = Page([Sheet("Tiny", [["model"], ["a|b"]])], ["One seed."])
    >>> print(to_markdown(page))
    **Tiny**
    <BLANKLINE>
    | model |
    |-------|
    | a\\|b  |
    <BLANKLINE>
    - One seed.
    """
    parts = [
        f"**{_plain(sheet.title)}**\n\n"
        + format_rows([[_plain(cell) for cell in row] for row in sheet.rows])
        for sheet in page.sheets
    ]
    notes = "\n".join(f"- {_plain(note)}" for note in page.notes)
    return "\n\n".join([*parts, notes] if notes else parts)


def _plain(text):
    """On one line, and no column of its own."""
    return " ".join(text.split()).replace("|", r"\|")


def to_latex(page: Page) -> str:
    """As LaTeX for ``\\usepackage{booktabs}``, text and names escaped.

    Arguments
    ---------
    page : Page

    Returns
    -------
    str

    Example
    -------
    >>> print(to_latex(Page([Sheet("A", [["x_1"], ["5 %"]])], ["R&D."])))
    % \\usepackage{booktabs}, text in UTF-8 and T1
    \\begin{tabular}{l}
    \\toprule
    \\multicolumn{1}{l}{\\textbf{A}} \\\\
    \\midrule
    x\\_1 \\\\
    \\midrule
    5 \\% \\\\
    \\bottomrule
    \\end{tabular}
    <BLANKLINE>
    \\par\\smallskip\\noindent{\\footnotesize R\\&D.\\par}
    """
    parts = [*map(_tabular, page.sheets)]
    if page.notes:
        notes = " \\\\\n".join(map(escape, page.notes))
        parts.append(
            f"\\par\\smallskip\\noindent{{\\footnotesize {notes}\\par}}"
        )
    start = "% \\usepackage{booktabs}, text in UTF-8 and T1\n"
    return start + "\n\n".join(parts)


def _tabular(sheet: Sheet) -> str:
    header, *rows = [
        " & ".join(map(escape, row)) + r" \\" for row in sheet.rows
    ]
    columns = len(sheet.rows[0])
    title = f"\\textbf{{{escape(sheet.title)}}}"
    return "\n".join(
        [
            f"\\begin{{tabular}}{{l{'c' * (columns - 1)}}}",
            r"\toprule",
            rf"\multicolumn{{{columns}}}{{l}}{{{title}}} \\",
            r"\midrule",
            header,
            r"\midrule",
            *rows,
            r"\bottomrule",
            r"\end{tabular}",
        ]
    )


def escape(text: str) -> str:
    """A text as LaTeX shows it: nothing in it is a command.

    Example
    -------
    >>> print(escape("lr=0.1 & 5 % of R_1: -.03 ± .01"))
    lr=0.1 \\& 5 \\% of R\\_1: $-$.03 $\\pm$ .01
    """
    minus = "\N{MINUS SIGN}"
    text = _MINUS.sub(minus, " ".join(text.split()))
    escaped = "".join(_ESCAPED.get(sign, sign) for sign in text)
    return escaped.replace(minus, "$-$")
