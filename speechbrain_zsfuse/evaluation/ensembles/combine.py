"""An ensemble's predictions: a rule on members, a table like any other."""

from collections.abc import Sequence
from typing import Literal

import pandas

from speechbrain_zsfuse.evaluation.columns import (
    MISMATCH,
    PROBABILITY,
    highest,
)
from speechbrain_zsfuse.evaluation.ensembles.members import Members
from speechbrain_zsfuse.evaluation.ensembles.rules import (
    average,
    plurality,
    share_votes,
)
from speechbrain_zsfuse.evaluation.ensembles.selection import (
    Step,
    select_greedily,
)
from speechbrain_zsfuse.evaluation.ensembles.stacking import stack
from speechbrain_zsfuse.evaluation.metrics.classification import (
    macro_f1,
    unweighted_average_recall,
)
from speechbrain_zsfuse.options import check

PLURALITY, MEAN, EQ2, STACKING = "plurality", "mean", "eq2", "stacking"
Rule = Literal["plurality", "mean", "eq2", "stacking"]
METRICS = {"macro_F1": macro_f1, "UAR": unweighted_average_recall}


def combine_systems(
    members: Members,
    rule: Rule = PLURALITY,
    valid: Members | None = None,
    weights: Sequence[float] | None = None,
) -> pandas.DataFrame:
    """Predictions of an ensemble.

    Arguments
    ---------
    members : Members
        See ``align_systems``.
    rule : str
        ``plurality``: the class with most votes; its probabilities are shares
        of the votes. ``mean``: of the probabilities. ``eq2``: shares of votes,
        where no answer is one for all classes alike. ``stacking``: what a
        classifier learns on ``valid``. But for plurality, the first of the
        most probable classes is predicted.
    valid : Members, optional
        Of the same systems, for ``stacking``.
    weights : list of float, optional
        For ``mean``, one a system; default: equal ones.

    Returns
    -------
    pandas.DataFrame
        See ``read_predictions``.

    Raises
    ------
    ValueError
        If the rule cannot be applied, see ``plurality``, ``share_votes``,
        ``average`` and ``stack``.

    Example
    -------
    >>> from speechbrain_zsfuse.evaluation.ensembles.members import (
    ...     align_systems,
    ... )
    >>> table = pandas.DataFrame({"id": ["c1"], "speaker": "", "label": "sad"})
    >>> given = {"s1": "happy", "s2": "sad", "s3": "sad"}
    >>> members = align_systems(
    ...     {n: table.assign(prediction=p) for n, p in given.items()}
    ... )
    >>> combine_systems(members)[["prediction", "probability_happy"]].round(
    ...     3
    ... ).values
    array([['sad', 0.333]], dtype=object)
    """
    check("rule", rule, Rule)
    labels = list(members.labels)
    if rule == PLURALITY:
        return _table(members, *plurality(members.votes, labels, members.ids))
    if rule == EQ2:
        values = share_votes(members.votes, labels, members.ids)
    elif rule == MEAN:
        values = average(members.probabilities(), weights)
    else:
        if valid is None:
            raise ValueError(
                "Expected the systems' predictions of validation for stacking, "
                "but got none. Give them as --valid, or the folders of runs."
            )
        values = stack(valid, members)
    return _table(members, highest(values, labels), values)


def select_systems(
    valid: Members,
    metric: Literal["macro_F1", "UAR"] = "macro_F1",
    rule: Rule = PLURALITY,
) -> list[Step]:
    """Try ever larger ensembles on validation, see ``select_greedily``.

    Arguments
    ---------
    valid : Members
        Predictions of validation; each class occurs.
    metric : str
        What is to be high.
    rule : str
        That of the ensemble; not ``stacking``, which is fitted there.

    Returns
    -------
    list of Step

    Example
    -------
    >>> from speechbrain_zsfuse.evaluation.ensembles.members import (
    ...     align_systems,
    ... )
    >>> table = pandas.DataFrame({"id": ["a", "b"], "speaker": ""})
    >>> table["label"] = ["sad", "happy"]
    >>> right = table.assign(prediction=table["label"])
    >>> members = align_systems(
    ...     {"s1": table.assign(prediction="sad"), "s2": right}
    ... )
    >>> select_systems(members)[0]
    Step(names=('s2',), score=1.0)
    """
    measure = METRICS[metric]

    def score(names):
        table = combine_systems(valid.pick(names), rule)
        answers = table["prediction"].tolist()
        return measure(valid.truth, answers, list(valid.labels))

    return select_greedily(list(valid.tables), score)


def _table(members, predictions, values):
    """Columns in the order of ``predictions_table``."""
    table = members.first[["id", "speaker", "label"]]
    table = table.assign(prediction=predictions)
    known = members.known()
    marks = known.pop(MISMATCH, None)
    table = table.assign(**known)
    names = [PROBABILITY + label for label in members.labels]
    table[names] = values
    return table if marks is None else table.assign(**{MISMATCH: marks})
