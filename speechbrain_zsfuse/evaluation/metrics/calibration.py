"""Do probabilities mean what they say? Three measures, and one temperature.

From tables of predictions alone: whose they are does not matter. The
temperature is fitted on validation and only applied to the test. No torch here.
"""

from collections.abc import Sequence

import numpy as np
import pandas
from scipy.optimize import minimize_scalar
from scipy.special import softmax

from speechbrain_zsfuse.evaluation.columns import labels_of, probabilities_of
from speechbrain_zsfuse.evaluation.metrics.confidence import (
    BINS,
    check_probabilities,
    confidence_bins,
)

# A lower probability counts as this one in a logarithm, as scikit-learn's
# log_loss has it: no clip costs more than 36 nats.
FLOOR = float(np.finfo(np.float64).eps)
TEMPERATURES = (0.05, 20.0)  # what is tried
_NOTHING = 1e-12  # nats; less is rounding, and no reason for a temperature


def expected_calibration_error(
    probabilities: np.ndarray, truth: np.ndarray, bins: int = BINS
) -> float:
    """``ECE = Σ_b n_b / N · |accuracy of b - mean confidence of b|``.

    Guo et al. (2017), eq. 3: confidence is the top probability, and bins are
    equally wide, ((b - 1) / M, b / M]; not adaptive, so they hold unequal
    numbers of clips. The class of the top probability is predicted, the first
    of equals.

    Arguments
    ---------
    probabilities : numpy.ndarray
        float in [0, 1], shape [N, E], rows that sum to 1 (within 0.001; they
        are divided by their sum).
    truth : numpy.ndarray
        int, shape [N]: columns of the true classes.
    bins : int
        M.

    Returns
    -------
    float
        In [0, 1]; 0 is calibrated. Few clips make it too large.

    Raises
    ------
    ValueError
        If there is no clip, or shapes, classes or probabilities are not so.

    Example
    -------
    >>> probabilities = np.array([[0.9, 0.1], [0.9, 0.1]])
    >>> round(expected_calibration_error(probabilities, np.array([0, 1])), 4)
    0.4
    """
    found = confidence_bins(probabilities, truth, bins)
    found = found[found["n"] > 0]
    gaps = (found["accuracy"] - found["confidence"]).abs() * found["n"]
    return float(gaps.sum() / found["n"].sum())


def negative_log_likelihood(
    probabilities: np.ndarray, truth: np.ndarray
) -> float:
    """NLL: the mean over clips of -ln p of the true class, in nats.

    A probability below ``FLOOR``, 2.2e-16, counts as that.

    Arguments and errors as ``expected_calibration_error``.

    Example
    -------
    >>> negative_log_likelihood(np.array([[0.5, 0.5]]), np.array([0]))
    0.6931471805599453
    """
    probabilities, truth = check_probabilities(probabilities, truth)
    losses = -_log(probabilities)[np.arange(len(truth)), truth]
    return float(losses.mean()) + 0.0  # no -0.0


def brier_score(probabilities: np.ndarray, truth: np.ndarray) -> float:
    """Brier (1950): Σ_c (p_c - y_c)², summed over classes, mean over clips.

    Of two classes it is twice what is often given for the second alone.

    Arguments and errors as ``expected_calibration_error``.

    Returns
    -------
    float
        In [0, 2].

    Example
    -------
    >>> brier_score(np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([0, 1]))
    1.25
    """
    probabilities, truth = check_probabilities(probabilities, truth)
    wanted = np.eye(probabilities.shape[1])[truth]
    return float(np.square(probabilities - wanted).sum(axis=1).mean())


def apply_temperature(
    probabilities: np.ndarray, temperature: float
) -> np.ndarray:
    """softmax(ln p / T): as if the logits had been divided by T.

    ln p and the logits differ by one number a clip, which softmax forgets.

    Arguments
    ---------
    probabilities : numpy.ndarray
        float in [0, 1], shape [N, E]; below ``FLOOR`` they count as that.
    temperature : float
        T, above 0. Above 1 they come nearer to each other.

    Returns
    -------
    numpy.ndarray
        float64, shape [N, E], rows that sum to 1; the order is kept.

    Example
    -------
    >>> apply_temperature(np.array([[0.8, 0.2]]), 2.0).round(4)
    array([[0.6667, 0.3333]])
    """
    return softmax(_log(probabilities) / temperature, axis=1)


def fit_temperature(probabilities: np.ndarray, truth: np.ndarray) -> float:
    """The temperature of least NLL (Guo et al., 2017, section 4.2).

    A bounded search of ln T from T = 0.05 to 20. Where all clips are right the
    NLL falls to the lower bound; where no temperature is better than 1 it is
    1. No class need occur.

    Arguments and errors as ``expected_calibration_error``.

    Returns
    -------
    float

    Example
    -------
    >>> sure, truth = np.array([[0.9, 0.1]] * 4), np.array([0, 0, 0, 1])
    >>> temperature = fit_temperature(sure, truth)  # three of four are right
    >>> apply_temperature(sure, temperature)[0].round(4)
    array([0.75, 0.25])
    """
    probabilities, truth = check_probabilities(probabilities, truth)

    def loss(log_temperature):
        scaled = apply_temperature(probabilities, np.exp(log_temperature))
        return negative_log_likelihood(scaled, truth)

    bounds = np.log(TEMPERATURES)
    found = minimize_scalar(loss, bounds=bounds, method="bounded")
    gain = loss(0.0) - found.fun
    return float(np.exp(found.x)) if gain > _NOTHING else 1.0


def calibrate(
    valid: pandas.DataFrame,
    test: pandas.DataFrame,
    labels: Sequence[str],
    bins: int = BINS,
) -> dict | None:
    """How calibrated a test is, as it is and with validation's temperature.

    Arguments
    ---------
    valid, test : pandas.DataFrame
        Predictions of one model, see ``read_predictions``.
    labels : list of str
        Their classes.
    bins : int
        Of the ECE.

    Returns
    -------
    dict or None
        ``temperature``; ``before`` and ``after``, each with ``ECE``, ``NLL``
        and ``Brier`` of the test; ``bins``, ``floor`` (of a probability in a
        logarithm), ``n_valid`` and ``n`` (clips). None if a table has no
        probabilities.

    Raises
    ------
    ValueError
        If a table has other classes, or no clip.

    Example
    -------
    >>> from speechbrain_zsfuse.evaluation.predictions import predictions_table
    >>> labels, sure = ["sad", "angry"], [[0.9, 0.1]] * 4
    >>> truth = ["sad", "sad", "sad", "angry"]
    >>> table = predictions_table(labels, "abcd", "1234", truth, sure)
    >>> found = calibrate(table, table, labels)
    >>> round(found["before"]["ECE"], 3), round(found["after"]["ECE"], 3)
    (0.15, 0.0)
    """
    if probabilities_of(valid) is None or probabilities_of(test) is None:
        return None
    fitted = probabilities_and_truth(valid, labels)
    probabilities, truth = probabilities_and_truth(test, labels)
    temperature = fit_temperature(*fitted)
    after = apply_temperature(probabilities, temperature)
    return {
        "temperature": temperature,
        "before": _measures(probabilities, truth, bins),
        "after": _measures(after, truth, bins),
        "bins": bins,
        "floor": FLOOR,
        "n_valid": len(valid),
        "n": len(test),
    }


def probabilities_and_truth(
    table: pandas.DataFrame, labels: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """What the measures take, from a table of predictions.

    Arguments
    ---------
    table : pandas.DataFrame
        With probabilities, see ``read_predictions``.
    labels : list of str
        Its classes, in any order.

    Returns
    -------
    tuple of numpy.ndarray
        Probabilities, float, shape [N, E], in the order of the labels; and the
        columns of the true classes, int, shape [N].

    Raises
    ------
    ValueError
        If the table has other classes, or no clip.

    Example
    -------
    >>> table = pandas.DataFrame({"label": ["sad"], "probability_sad": [0.25]})
    >>> table["probability_angry"] = 0.75
    >>> probabilities_and_truth(table, ["angry", "sad"])
    (array([[0.75, 0.25]]), array([1]))
    """
    found = labels_of(table)
    if sorted(found) != sorted(labels):
        raise ValueError(
            f"Expected predictions of the classes {list(labels)}, but got "
            f"those of {found}. Give the validation and the test of one run."
        )
    order = [found.index(label) for label in labels]
    truth = np.array([list(labels).index(t) for t in table["label"]], int)
    return check_probabilities(probabilities_of(table)[:, order], truth)


def _measures(probabilities, truth, bins):
    return {
        "ECE": expected_calibration_error(probabilities, truth, bins),
        "NLL": negative_log_likelihood(probabilities, truth),
        "Brier": brier_score(probabilities, truth),
    }


def _log(probabilities):
    return np.log(np.maximum(probabilities, FLOOR))
