"""Files from elsewhere that hold the clips which runs were tested on: they are
of the corpus and the folds of these runs, and stand beside them.
"""

from collections.abc import Sequence
from dataclasses import replace

from speechbrain_zsfuse.evaluation.collection.result import Result


def recognise(results: Sequence[Result]) -> list[Result]:
    """Give files from elsewhere the corpus and the fold of runs.

    Arguments
    ---------
    results : list of Result
        Of runs, and of files.

    Returns
    -------
    list of Result
        A file that holds the clips of one fold of a corpus, or of several whole
        folds, is of that corpus, a result a fold. All others stay as they are.

    Example
    -------
    >>> recognise([])
    []
    """
    runs = [result for result in results if result.record]
    if not runs or len(runs) == len(results):
        return list(results)
    known = {}
    for run in runs:
        # other classes are other clips
        folds = known.setdefault((run.corpus, *sorted(run.labels)), {})
        if run.fold not in folds:
            folds[run.fold] = frozenset(run.table()["id"])
    return [part for result in results for part in _parts(result, known)]


def _parts(result, known):
    """Of each fold that the clips of a file are of; the file, if of none."""
    if result.record:
        return [result]
    clips = frozenset(result.table()["id"])
    for (corpus, *_), folds in known.items():
        within = {fold: own for fold, own in folds.items() if own <= clips}
        if within and frozenset().union(*within.values()) == clips:
            here = replace(result, corpus=corpus)
            return [
                replace(here, fold=fold, clips=own)
                for fold, own in within.items()
            ]
    return [result]
