"""With the zero-shot scores or without: what validation says. No torch here.

Metrics of one epoch on validation are a dictionary, ``UAR`` and others; of
several corpora it holds ``UAR_by_corpus``, and ``UAR`` is the mean of these.
Those of a model that can also answer without scores hold another under
``without_scores``.
"""

from collections.abc import Mapping, Sequence

WITHOUT_SCORES = "without_scores"
BY_CORPUS = "UAR_by_corpus"
_METRICS = ("epoch", "loss", "UAR", "WA", "macro_F1", BY_CORPUS)


def join_answers(answers: Sequence[Mapping]) -> dict:
    """Metrics of an epoch, from those of each answer.

    Arguments
    ---------
    answers : list of dict
        One, or two: with scores, without.

    Example
    -------
    >>> join_answers([{"UAR": 0.5}, {"UAR": 0.6}])
    {'UAR': 0.5, 'without_scores': {'UAR': 0.6}}
    """
    if len(answers) == 1:
        return dict(answers[0])
    with_scores, without = answers
    return {**with_scores, WITHOUT_SCORES: without}


def falls_back(valid: Mapping) -> bool:
    """Whether the answer without scores is tested: of equals it is.

    Arguments
    ---------
    valid : dict
        Metrics of the chosen epoch.

    Example
    -------
    >>> falls_back(join_answers([{"UAR": 0.5}, {"UAR": 0.5}]))
    True
    >>> falls_back({"UAR": 0.5})  # it has one answer
    False
    """
    without = valid.get(WITHOUT_SCORES)
    return without is not None and without["UAR"] >= valid["UAR"]


def chosen_answer(valid: Mapping) -> dict:
    """The metrics, on validation, of the answer that is tested.

    Arguments
    ---------
    valid : dict
        Metrics of the chosen epoch, and what else its checkpoint says.

    Returns
    -------
    dict
        Epoch and metrics, no more.

    Example
    -------
    >>> both = join_answers([{"UAR": 0.5}, {"UAR": 0.6}])
    >>> chosen_answer(both | {"epoch": 3, "remarks": []})
    {'epoch': 3, 'UAR': 0.6}
    """
    answer = valid[WITHOUT_SCORES] if falls_back(valid) else {}
    answer = {**valid, **answer}
    return {name: answer[name] for name in _METRICS if name in answer}


def describe_fallback(valid: Mapping) -> dict | None:
    """What ``metrics.json`` says of the decision; None: there was none.

    Example
    -------
    >>> describe_fallback(join_answers([{"UAR": 0.5}, {"UAR": 0.6}]))
    {'used': 'without_scores', 'valid_UAR': {'with_scores': 0.5, \
'without_scores': 0.6}}
    """
    if WITHOUT_SCORES not in valid:
        return None
    return {
        "used": WITHOUT_SCORES if falls_back(valid) else "with_scores",
        "valid_UAR": {
            "with_scores": valid["UAR"],
            WITHOUT_SCORES: valid[WITHOUT_SCORES]["UAR"],
        },
    }
