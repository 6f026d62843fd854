"""What a run leaves: predictions as CSV, metrics as JSON. No torch here.

Tables and figures are made from these files alone.
"""

from pathlib import Path

import numpy as np
import pandas

from speechbrain_zsfuse.files import write_json, write_text
from speechbrain_zsfuse.metrics import summarise


def write_predictions(path, rows, labels):
    """Write one line per clip.

    Arguments
    ---------
    path : str or Path
        CSV with the columns ``id, speaker, label, prediction``, one
        ``probability_<label>`` and, if there are scores, one
        ``zero_shot_<label>`` per class.
    rows : list of dict
        ``id``, ``speaker`` (str), ``label`` (index), ``probabilities`` (list
        of E floats), ``scores`` (list of E floats, or empty).
    labels : list of str
        The classes, in order.

    Returns
    -------
    Path

    Example
    -------
    >>> row = {"id": "a", "speaker": "01", "label": 1, "scores": []}
    >>> row["probabilities"] = [0.25, 0.75]
    >>> path = getfixture("tmpdir") / "predictions.csv"
    >>> print(write_predictions(path, [row], ["sad", "angry"]).read_text())
    id,speaker,label,prediction,probability_sad,probability_angry
    a,01,angry,angry,0.25,0.75
    <BLANKLINE>
    """
    table = pandas.DataFrame(
        {
            "id": [row["id"] for row in rows],
            "speaker": [row["speaker"] for row in rows],
            "label": [labels[row["label"]] for row in rows],
            "prediction": _most(rows, "probabilities", labels),
        }
    )
    for prefix, key in (
        ("probability", "probabilities"),
        ("zero_shot", "scores"),
    ):
        if rows[0][key]:
            names = [f"{prefix}_{label}" for label in labels]
            table[names] = [row[key] for row in rows]
    # nine digits give a float32 back exactly
    return write_text(path, table.to_csv(index=False, float_format="%.9g"))


def write_metrics(folder, rows, labels, seed, valid):
    """Write ``metrics.json``: test metrics, and how the epoch was chosen.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run.
    rows : list of dict
        Test rows, see ``write_predictions``.
    labels : list of str
        The classes, in order.
    seed : int
        Seed of the run.
    valid : dict
        Epoch and validation metrics of the chosen checkpoint.

    Returns
    -------
    Path

    Example
    -------
    >>> rows = [
    ...     {"label": 0, "probabilities": [0.7, 0.3], "scores": []},
    ...     {"label": 1, "probabilities": [0.6, 0.4], "scores": []},
    ... ]
    >>> path = write_metrics(
    ...     getfixture("tmpdir"), rows, ["sad", "angry"], 1000, {"epoch": 3}
    ... )
    >>> import json
    >>> json.loads(path.read_text())["test"]["UAR"]
    0.5
    """
    truth = [labels[row["label"]] for row in rows]
    content = {
        "labels": labels,
        "seed": seed,
        "valid": valid,
        "test": summarise(truth, _most(rows, "probabilities", labels), labels),
    }
    if rows[0]["scores"]:
        alone = _most(rows, "scores", labels)
        content["test_zero_shot_alone"] = summarise(truth, alone, labels)
    return write_json(Path(folder) / "metrics.json", content)


def _most(rows, key, labels):
    """The label of the highest value of each row; the first of equals."""
    return [labels[int(np.argmax(row[key]))] for row in rows]
