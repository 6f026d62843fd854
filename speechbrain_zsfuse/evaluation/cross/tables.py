"""The matrix as tables of Markdown, and what their signs mean. Pure."""

from collections.abc import Iterator

from speechbrain_zsfuse.evaluation.cross.files import ZERO_SHOT
from speechbrain_zsfuse.evaluation.cross.matrix import Matrix, mark_corpus
from speechbrain_zsfuse.evaluation.markdown import format_rows

_SIGNS = ("†", "‡", "§", "¶", *map("({})".format, range(5, 100)))
_SHARED = (
    "UAR in % over the classes that source and target share, answers "
    "restricted to these"
)
_ALL = (
    "UAR in % over all classes of the target, answers as the model gives "
    "them: a class that the source lacks has recall 0"
)
_INTERVAL = "95 % interval by speakers of the target"
WITHIN = "In brackets: within the corpus, on test speakers of its folds."
_NO_INTERVAL = (
    "Without an interval: too few speakers, or too few of a class, or one "
    "answer alone."
)
_DEVIATION = (
    "±: standard deviation over runs (ddof 1), one a seed and fold; within a "
    "corpus one a seed."
)
_ASKED = (
    "zero-shot: the audio-language model alone, asked for the words of the "
    "target."
)


def format_matrix(matrix: Matrix) -> str:
    """The tables, with what their signs mean.

    Arguments
    ---------
    matrix : Matrix

    Returns
    -------
    str
        Markdown: of each system one table over the shared classes, and one
        over all classes of the target if they are not the same.

    Example
    -------
    See ``zsfuse cross``.
    """
    parts, several = [], len(matrix.systems) > 1
    for system in matrix.systems:
        cells = [cell for cell in matrix.cells if cell.system == system]
        head = f"{system}: " * several
        parts.append(f"{head}{_SHARED} ({_INTERVAL}):")
        parts.append(_grid(matrix, cells, ""))
        if not matrix.is_equal:
            parts.append(f"{head}{_ALL} ({_INTERVAL}):")
            parts.append(_grid(matrix, cells, "_all"))
    return "\n\n".join([*parts, " ".join(_explain(matrix))])


_NUMBERS = ("UAR", "sd", "interval")


def _grid(matrix, cells, ending):
    names = name_corpora(matrix)
    sources = [*dict.fromkeys(cell.source for cell in cells)]
    order = [*matrix.crossing.corpora]
    targets = sorted({cell.target for cell in cells}, key=order.index)
    texts = {
        (cell.source, cell.target): _tell(
            *(getattr(cell, name + ending) for name in _NUMBERS), cell.within
        )
        for cell in cells
    }
    rows = [["trained on \\ tested on", *(names[one] for one in targets)]]
    for source in sources:
        cut = (texts.get((source, target), "–") for target in targets)
        rows.append([names.get(source, source), *cut])
    return format_rows(rows)


def _tell(value, sd, interval, within):
    text = f"{100 * value:.1f}"
    text += "" if sd is None else f" ± {100 * sd:.1f}"
    if interval:
        text += " ({:.1f}–{:.1f})".format(*(100 * end for end in interval))
    return f"[{text}]" if within else text


def name_corpora(matrix: Matrix) -> dict[str, str]:
    """Names of corpora by key, with a sign for what gives their emotions away
    or is not as it is known.

    Example
    -------
    See ``zsfuse cross``.
    """
    names = {}
    for key, corpus in matrix.crossing.corpora.items():
        names[key] = corpus.name
    if len({*names.values()}) < len(names):  # one corpus in two ways
        names = {key: f"{name} ({key})" for key, name in names.items()}
    for sign, (key, _) in zip(_SIGNS, corpus_marks(matrix)):
        names[key] += sign
    return names


def corpus_marks(matrix: Matrix) -> list[tuple[str, str]]:
    """Key and mark of each corpus that has one, see ``mark_corpus``.

    Example
    -------
    See ``zsfuse cross``.
    """
    corpora = matrix.crossing.corpora.items()
    return [(key, mark) for key, one in corpora for mark in mark_corpus(one)]


def explain_signs(matrix: Matrix) -> Iterator[str]:
    """A sentence for each sign of ``name_corpora``.

    Example
    -------
    See ``zsfuse cross``.
    """
    for sign, (_, mark) in zip(_SIGNS, corpus_marks(matrix)):
        yield f"{sign} {mark}."


def tell_chance(matrix: Matrix) -> str:
    """UAR of guesses over the shared classes, of pairs with the same number.

    Example
    -------
    See ``zsfuse cross``.
    """
    sizes = sorted({len(cell.shared) for cell in matrix.cells})
    if len(sizes) == 1:
        return f"Chance: {100 / sizes[0]:.1f} %."
    told = (f"{100 / n:.1f} % of {n} shared classes" for n in sizes)
    return f"Chance: {', '.join(told)}."


def _explain(matrix):
    yield tell_chance(matrix)
    if any(cell.within for cell in matrix.cells):
        yield WITHIN
    for what in ("seeds", "folds"):
        numbers = sorted({getattr(cell, what) for cell in matrix.cells})
        yield f"n of {what}: {', '.join(map(str, numbers))}."
    if any(cell.sd is not None for cell in matrix.cells):
        yield _DEVIATION
    if any(cell.source == ZERO_SHOT for cell in matrix.cells):
        yield _ASKED
    yield from explain_signs(matrix)
    if any(cell.interval is None for cell in matrix.cells):
        yield _NO_INTERVAL
    if matrix.stale:
        names = ", ".join(matrix.stale)
        yield f"Not counted, of other clips or classes than now: {names}."
