"""What a run leaves: predictions as CSV, metrics as JSON. No torch here.

Tables and figures are made from these files alone.
"""

from pathlib import Path

import numpy as np
import pandas

from speechbrain_zsfuse.evaluation.metrics import summarise
from speechbrain_zsfuse.files import write_json, write_text


def write_predictions(path, rows, labels, mismatched=False):
    """Write one line per clip.

    Arguments
    ---------
    path : str or Path
        CSV with the columns ``id, speaker, label, prediction``, if there are
        parts ``part``, one ``probability_<label>`` and, if there are scores,
        one ``zero_shot_<label>`` per class.
    rows : list of dict
        ``id``, ``speaker`` (str), ``label`` (index), ``probabilities`` (list
        of E floats), ``scores`` (list of E floats, or empty); and maybe
        ``part`` (str).
    labels : list of str
        The classes, in order.
    mismatched : bool
        Whether the corpus was not as it is known: marks every row, in a
        column ``corpus_mismatch``.

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
    if any(row.get("part") for row in rows):
        table["part"] = [row["part"] for row in rows]
    for prefix, key in (
        ("probability", "probabilities"),
        ("zero_shot", "scores"),
    ):
        if rows[0][key]:
            names = [f"{prefix}_{label}" for label in labels]
            table[names] = [row[key] for row in rows]
    if mismatched:
        table["corpus_mismatch"] = True
    # nine digits give a float32 back exactly
    return write_text(path, table.to_csv(index=False, float_format="%.9g"))


def write_metrics(folder, rows, labels, seed, valid, mismatch=()):
    """Write ``metrics.json``: test metrics, and how the epoch was chosen.

    If the test data have parts (``part``), each is also reported apart. A part
    that lacks a class has no UAR; the classes are named.

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
    mismatch : list of str
        Where the corpus is not as it is known; empty: it is.

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
    predicted = _most(rows, "probabilities", labels)
    content = {
        "labels": labels,
        "seed": seed,
        "valid": valid,
        "test": summarise(truth, predicted, labels),
    }
    parts = [row.get("part", "") for row in rows]
    if len(set(parts)) > 1:
        content["test_parts"] = _by_part(parts, truth, predicted, labels)
    if rows[0]["scores"]:
        alone = _most(rows, "scores", labels)
        content["test_zero_shot_alone"] = summarise(truth, alone, labels)
    if mismatch:
        content["corpus_mismatch"] = list(mismatch)
    return write_json(Path(folder) / "metrics.json", content)


def _by_part(parts, truth, predicted, labels):
    """Metrics of each part; one without some class has an accuracy alone."""
    result = {}
    for part in sorted(set(parts)):
        pairs = [
            (t, p) for q, t, p in zip(parts, truth, predicted) if q == part
        ]
        absent = [label for label in labels if label not in next(zip(*pairs))]
        result[part] = (
            {
                "n": len(pairs),
                "WA": sum(t == p for t, p in pairs) / len(pairs),
                "absent_classes": absent,
            }
            if absent
            else summarise(*map(list, zip(*pairs)), labels)
        )
    return result


def _most(rows, key, labels):
    """The label of the highest value of each row; the first of equals."""
    return [labels[int(np.argmax(row[key]))] for row in rows]
