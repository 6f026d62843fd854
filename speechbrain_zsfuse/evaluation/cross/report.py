"""A matrix as files: a page, a figure, its cells. Pure, but for the function
that writes.
"""

from pathlib import Path

import pandas

from speechbrain_zsfuse.evaluation.cross.matrix import Matrix
from speechbrain_zsfuse.evaluation.cross.records import (
    format_records,
    list_records,
)
from speechbrain_zsfuse.evaluation.cross.tables import (
    WITHIN,
    corpus_marks,
    explain_signs,
    format_matrix,
    name_corpora,
    tell_chance,
)
from speechbrain_zsfuse.evaluation.figures.style import save_figure
from speechbrain_zsfuse.evaluation.figures.transfer import draw_transfer
from speechbrain_zsfuse.evaluation.markdown import format_rows
from speechbrain_zsfuse.evaluation.marks import name_release, tell_baselines
from speechbrain_zsfuse.files import write_json, write_text

MATRIX = "matrix"  # stem of the files


def write_matrix(folder: str | Path, matrix: Matrix) -> list[Path]:
    """Write ``matrix.json``, ``.csv``, ``.md``, ``.png`` and ``.pdf``.

    Arguments
    ---------
    folder : str or Path
    matrix : Matrix

    Returns
    -------
    list of Path

    Example
    -------
    See ``zsfuse cross``.
    """
    stem = Path(folder) / MATRIX
    content = {"format": 1, "set": matrix.crossing.set}
    content["cells"] = list_records(matrix)
    table = pandas.DataFrame(
        [cell._asdict() | {"chance": cell.chance} for cell in matrix.cells]
    )
    names = name_corpora(matrix)
    told = WITHIN.replace("In brackets", "Framed")
    notes = [told, tell_chance(matrix), *explain_signs(matrix)]
    figure = draw_transfer(table, names, _title(matrix), notes)
    return [
        write_text(stem.with_suffix(".csv"), format_records(matrix)),
        write_text(stem.with_suffix(".md"), format_page(matrix)),
        *save_figure(figure, stem),
        write_json(stem.with_suffix(".json"), content),
    ]


def format_page(matrix: Matrix) -> str:
    """The whole report: tables, pairs, corpora, notes.

    Arguments
    ---------
    matrix : Matrix

    Returns
    -------
    str

    Example
    -------
    See ``zsfuse cross``.
    """
    parts = [f"# {_title(matrix)}", format_matrix(matrix)]
    parts += ["## Pairs", _list_pairs(matrix)]
    parts += ["## Corpora", _list_corpora(matrix), *_list_left_out(matrix)]
    own = {mark for _, mark in corpus_marks(matrix)}
    marks = dict.fromkeys(m for cell in matrix.cells for m in cell.marks)
    heard = [f"- {mark}." for mark in marks if mark not in own]
    if heard:
        parts += ["## What models have heard in their training"]
        parts += ["\n".join(heard)]
    return "\n\n".join(parts) + "\n"


def _title(matrix):
    names = [corpus.name for corpus in matrix.crossing.corpora.values()]
    of = f"{matrix.crossing.set}, " if matrix.crossing.set else ""
    return f"Cross-corpus: {of}{', '.join(names)}"


def _list_pairs(matrix):
    """Each pair once: classes, clips, what changes."""
    rows, names = {}, name_corpora(matrix)
    for cell in matrix.cells:
        source = names.get(cell.source, cell.source)
        changes = "within" if cell.within else "; ".join(cell.shift) or "–"
        rows[cell.source, cell.target] = [
            f"{source} → {names[cell.target]}",
            f"{len(cell.shared)} of {cell.known} → {cell.classes}",
            *map(str, (cell.clips, cell.speakers)),
            changes,
        ]
    head = ["pair", "classes", "clips", "speakers", "shift"]
    return format_rows([head, *rows.values()])


def _list_corpora(matrix):
    names, rows = name_corpora(matrix), []
    for key, corpus in matrix.crossing.corpora.items():
        rows.append(
            [
                name_release(names[key], corpus.release, corpus.mismatch),
                ", ".join(corpus.labels),
                f"{corpus.which}: {corpus.clips} of {corpus.speakers} speakers",
                tell_baselines(corpus.baselines) or "?",
                str(corpus.about.get("licence") or "?"),
            ]
        )
    head = ["corpus", "classes", "as a target", "without hearing", "licence"]
    return format_rows([head, *rows])


def _list_left_out(matrix):
    for corpus in matrix.crossing.corpora.values():
        merged = [f"{a} counts as {b}" for a, b in corpus.merge.items()]
        left = [f"{n} × {why}" for why, n in corpus.left_out.items()]
        if merged or left:
            yield f"{corpus.name}: {'; '.join(merged + left)}."
