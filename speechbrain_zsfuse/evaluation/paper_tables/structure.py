"""What the tables hold, before anybody writes them down: numbers and names.

UARs are shares, in [0, 1]; ``uar`` is always the answer of ``mean_std``: a dict
of ``mean``, ``std`` (ddof 1; None for one seed) and ``n``.
"""

from typing import NamedTuple

from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.evaluation.statistics.paired import Comparison


class SystemRow(NamedTuple):
    """A system on one corpus, in Table I.

    Attributes
    ----------
    name : str
        Of the row.
    system, encoder, alm : str or None
        Names; None of random guesses, and where it is not known.
    uar : dict
        Over seeds, the folds of a seed pooled.
    of_folds : dict or None
        The same of the mean over folds; None if there is one.
    interval : tuple of float or None
        95 %, by speakers, then clips.
    paper : tuple of float or None
        Mean and standard deviation of the paper.
    baseline : str or None
        Name of the row that it is compared with.
    comparison : Comparison or None
        With the baseline, on the same clips.
    p_adjusted : float or None
        By Holm, over all comparisons of the table.
    verdict : str or None
        ``better``, ``worse`` or ``not significant``; None: not compared.
    clips, speakers, unknown : int
        Of the test; speakers that are known, clips of those that are not.
    folds : list of str
        Empty if there is one, whose number is not known.

    Example
    -------
    >>> SystemRow._fields[:2]
    ('name', 'system')
    """

    name: str
    system: str | None
    encoder: str | None
    alm: str | None
    uar: dict
    of_folds: dict | None
    interval: tuple[float, float] | None
    paper: tuple[float, float] | None
    baseline: str | None
    comparison: Comparison | None
    p_adjusted: float | None
    verdict: str | None
    clips: int
    speakers: int
    unknown: int
    folds: list[str]


class CorpusRows(NamedTuple):
    """Systems of one corpus, in Table I.

    Attributes
    ----------
    title : str
        Corpus and number of classes.
    corpus : str or None
    labels : list of str
    rows : list of SystemRow
        The first is of random guesses; then in the order of the paper.

    Example
    -------
    >>> CorpusRows("Tiny, 2 classes", "Tiny", ["sad", "angry"], []).corpus
    'Tiny'
    """

    title: str
    corpus: str | None
    labels: list[str]
    rows: list[SystemRow]


class Improvements(NamedTuple):
    """How often an audio-language model helped: the paper's last column.

    Attributes
    ----------
    name : str
        Of the audio-language model; ``all`` for all rows.
    better, worse, not_significant : int
    paper_up, paper_down : int
        Arrows of the paper for the same rows, as far as it has them.

    Example
    -------
    >>> Improvements("CLSP", 1, 0, 2, 2, 1).compared
    3
    """

    name: str
    better: int
    worse: int
    not_significant: int
    paper_up: int
    paper_down: int

    @property
    def compared(self) -> int:
        """How many rows were compared."""
        return self.better + self.worse + self.not_significant


class TableOne(NamedTuple):
    """The paper's Table I.

    Attributes
    ----------
    corpora : list of CorpusRows
    improvements : list of Improvements
        Of each audio-language model, then of all if there are several; empty
        where nothing was compared.
    footnotes : list of str
        Sentences that belong to it.
    baseline : str or None
        Name of the system that all are compared with; None: each with its
        speech model alone.

    Example
    -------
    >>> TableOne([], [], []).corpora
    []
    """

    corpora: list[CorpusRows]
    improvements: list[Improvements]
    footnotes: list[str]
    baseline: str | None = None


class RepeatsRow(NamedTuple):
    """A case of Table II: one system on one corpus and fold, at all repeats.

    Attributes
    ----------
    name, title, fold : str
        Of the row, the corpus, and the fold.
    best, default, worst, chosen, no_alm : dict or None
        ``audio_repeats``, ``text_repeats`` and the test UAR: ``mean``,
        ``std``, ``n``; see ``describe_choices``. The best and the worst are
        of the test data. None: there are no runs.
    range : float
        Best less worst.
    cells : int
        How many combinations there are.
    paper : dict or None
        The case of ``paper.yaml``.

    Example
    -------
    >>> RepeatsRow._fields[-1]
    'paper'
    """

    name: str
    title: str
    fold: str
    best: dict
    default: dict | None
    worst: dict
    chosen: dict | None
    no_alm: dict | None
    range: float
    cells: int
    paper: dict | None


class TableTwo(NamedTuple):
    """The paper's Table II.

    Attributes
    ----------
    rows : list of RepeatsRow
    footnotes : list of str

    Example
    -------
    >>> TableTwo([], []).rows
    []
    """

    rows: list[RepeatsRow]
    footnotes: list[str]


class ZeroShotRow(NamedTuple):
    """Scores of an audio-language model alone.

    Attributes
    ----------
    title : str
        Corpus and number of classes.
    alm, prompts : str
        Its name, and that of the prompt set.
    repeats : Cell or None
        None where runs chose them, or where they are not known.
    uar : dict
        Over scores that differ; of one model ``n`` is 1.
    interval : tuple of float or None
        95 %, by speakers, then clips.
    chance : float
        1 / classes.
    paper : float or None
        Of the two UARs that the paper's text names.
    mark : str
        Whether they are zero-shot, see ``mark``.
    clips, speakers, unknown : int
        See ``SystemRow``.
    folds : list of str

    Example
    -------
    >>> ZeroShotRow._fields[0]
    'title'
    """

    title: str
    alm: str
    prompts: str
    repeats: Cell | None
    uar: dict
    interval: tuple[float, float] | None
    chance: float
    paper: float | None
    mark: str
    clips: int
    speakers: int
    unknown: int
    folds: list[str]


class ZeroShotTable(NamedTuple):
    """Zero-shot UARs.

    Attributes
    ----------
    rows : list of ZeroShotRow
    footnotes : list of str

    Example
    -------
    >>> ZeroShotTable([], []).rows
    []
    """

    rows: list[ZeroShotRow]
    footnotes: list[str]
