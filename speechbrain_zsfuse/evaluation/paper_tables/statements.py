"""Footnotes of Table I that its numbers decide: how intervals and verdicts came
about, and what these clips cannot show.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.evaluation.paper_tables.structure import (
    CorpusRows,
    SystemRow,
    ZeroShotRow,
)
from speechbrain_zsfuse.evaluation.paper_tables.writing.wording import (
    count,
    name_folds,
    share,
    spread,
)
from speechbrain_zsfuse.evaluation.statistics.bootstrap import DRAWS
from speechbrain_zsfuse.evaluation.statistics.corrections import SIGNIFICANT

INTERVAL = (
    "Interval: 95 %, for other speakers and other clips of them, by the same "
    f"trained models ({DRAWS:,} draws of speakers, then of their clips, the "
    "same for all seeds, scaled by Student's t to the standard error between "
    "speakers)."
)


def tell_table(
    corpora: Sequence[CorpusRows], baseline: str | None = None
) -> list[str]:
    """Say how the numbers of Table I are to be read.

    Arguments
    ---------
    corpora : list of CorpusRows
    baseline : str, optional
        Name of the system that all are compared with; default: each with its
        own speech model.

    Returns
    -------
    list of str
        Sentences; the same for the same numbers.

    Example
    -------
    >>> tell_table([])[0][:42]
    'UAR (unweighted average recall) on test: m'
    """
    rows = [row for corpus in corpora for row in corpus.rows]
    return [
        "UAR (unweighted average recall) on test: mean ± standard deviation "
        "(ddof 1) over n seeds. Random: uniform guesses with these seeds; "
        "expected is 1 / classes.",
        INTERVAL,
        *_tell_verdicts(rows, baseline),
        *filter(None, map(_tell_smallest, corpora)),
        *_tell_folds(corpora),
        *_tell_others(corpora),
        *_tell_less(corpora),
        *_tell_without(corpora),
        *chain.from_iterable(
            tell_speakers(corpus.title, {row.name: row for row in corpus.rows})
            for corpus in corpora
        ),
    ]


def _tell_verdicts(rows, baseline):
    compared = sum(row.comparison is not None for row in rows)
    if compared:
        beside = baseline or "the same speech model alone"
        yield (
            f"Better or worse: than {beside}, on the same clips; paired "
            "permutation test that swaps all answers of a speaker together, "
            f"p corrected by Holm for {count(compared, 'comparison')} of this "
            f"table, significant below {SIGNIFICANT:g}. Difference: ours less "
            "the other, with its 95 % interval. All this is of the models as "
            "they were trained; with other seeds it may be otherwise."
        )


def _tell_smallest(corpus):
    """Where even the largest difference could not be significant: m tests of
    a corpus that reach p at best are multiplied by m at least."""
    compared = [row.comparison for row in corpus.rows if row.comparison]
    if not compared:
        return None
    least, tests = min(one.smallest_p for one in compared), len(compared)
    if least * tests < SIGNIFICANT:
        return None
    times = f", {share(least * tests)} after Holm" if tests > 1 else ""
    speakers = max(one.speakers for one in compared)
    who = count(speakers, "speaker") if speakers else "so few clips"
    return (
        f"{corpus.title}: {who}: no p below "
        f"{share(least)} is possible{times}, so nothing can be significant."
    )


def _tell_folds(corpora):
    for corpus in corpora:
        found = [
            f"{row.name} {spread(row.of_folds)}"
            for row in corpus.rows
            if row.of_folds
        ]
        if found:
            yield (
                f"{corpus.title}: clips of all folds of a seed are pooled. "
                f"Mean of the folds' UARs instead: {'; '.join(found)}."
            )


def _tell_others(corpora):
    """Rows that are not about the clips of the first."""
    for corpus in corpora:
        first = corpus.rows[0]
        for row in corpus.rows:
            if (row.clips, row.folds) != (first.clips, first.folds):
                yield (
                    f"{corpus.title}: {row.name} was tested on "
                    f"{count(row.clips, 'clip')}{name_folds(row.folds)}."
                )


def _tell_less(corpora):
    """Rows whose comparison is about some of their clips."""
    for corpus in corpora:
        for row in corpus.rows:
            if row.comparison and row.comparison.clips != row.clips:
                yield (
                    f"{corpus.title}: {row.name} and {row.baseline} are "
                    f"compared on {count(row.comparison.clips, 'clip')}, those "
                    "of the folds that both have."
                )


def _tell_without(corpora):
    """Rows that have no interval."""
    for corpus in corpora:
        names = [row.name for row in corpus.rows if row.interval is None]
        if names:
            yield (
                f"{corpus.title}: no interval of {list_names(names)}: there "
                "are fewer than two speakers, all are alike (as of a system "
                "that is always right, or takes every clip for one class), or "
                "too few have clips of some class."
            )


def tell_speakers(
    title: str, rows: Mapping[str, SystemRow | ZeroShotRow]
) -> Iterator[str]:
    """Say which intervals and p-values rest on speakers that are not known.

    Arguments
    ---------
    title : str
        Of the corpus.
    rows : dict
        Name to row.

    Yields
    ------
    str

    Example
    -------
    >>> list(tell_speakers("Tiny, 2 classes", {}))
    []
    """
    names = [name for name, row in rows.items() if row.unknown]
    if not names:
        return
    among = f" ({list_names(names)})" * (len(names) < len(rows))
    part, these = "", "Clips"
    if any(rows[name].speakers for name in names):
        part, these = " of some clips", "Such clips"
    yield (
        f"{title}: speakers{part} are not known{among}. {these} are taken as "
        "independent, so that intervals are too narrow and p-values too small."
    )
