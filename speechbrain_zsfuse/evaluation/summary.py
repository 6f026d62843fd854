"""``metrics.json``: what the predictions of a run amount to. No torch here."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas

from speechbrain_zsfuse.evaluation.columns import (
    labels_of,
    truth_and_prediction,
)
from speechbrain_zsfuse.evaluation.fallback import (
    chosen_answer,
    describe_fallback,
)
from speechbrain_zsfuse.evaluation.fields import (
    METRICS,
    RECORD,
    UNHEARD,
    VALIDATION,
)
from speechbrain_zsfuse.evaluation.metrics.calibration import calibrate
from speechbrain_zsfuse.evaluation.metrics.classification import summarise
from speechbrain_zsfuse.evaluation.metrics.corpora import zero_shot_answers
from speechbrain_zsfuse.evaluation.metrics.groups import describe_groups
from speechbrain_zsfuse.evaluation.metrics.soft_labels import (
    describe_soft_labels,
)
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_path,
    read_predictions,
)
from speechbrain_zsfuse.files import read_json, write_json


def write_metrics(
    folder: str | Path,
    table: pandas.DataFrame,
    seed: int,
    valid: Mapping,
    mismatch: Sequence[str] = (),
    remarks: Sequence[str] = (),
) -> Path:
    """Write ``metrics.json``: test metrics, and how the epoch was chosen.

    If the test data have parts (``part``), each is also reported apart. A part
    that lacks a class has no UAR; the classes are named. ``groups`` says for
    whom the system works, see ``describe_groups``; if the table has the
    raters' votes, ``soft_labels`` compares with these. If the folder has
    the predictions of validation, so has the file a ``calibration``; what its
    ``run.json`` knows of the models' training data is in it as
    ``contamination``, and ``baselines`` and ``caveats`` of the corpus.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run.
    table : pandas.DataFrame
        Test predictions, see ``predictions_table``.
    seed : int
        Seed of the run.
    valid : dict
        Epoch and validation metrics of the chosen checkpoint; those of two
        answers, see ``join_answers``.
    mismatch : list of str
        Where the corpus is not as it is known; empty: it is.
    remarks : list of str
        What else is to be known of the run.

    Returns
    -------
    Path

    Example
    -------
    >>> from speechbrain_zsfuse.evaluation.predictions import predictions_table
    >>> labels, probabilities = ["sad", "angry"], [[0.7, 0.3], [0.6, 0.4]]
    >>> table = predictions_table(labels, "ab", "12", labels, probabilities)
    >>> path = write_metrics(getfixture("tmpdir"), table, 1000, {"epoch": 3})
    >>> import json
    >>> json.loads(path.read_text())["test"]["UAR"]
    0.5
    """
    content = {"labels": labels_of(table), "seed": seed}
    content |= _valid_metrics(valid)
    content |= _test_metrics(table)
    valid_path = predictions_path(folder, "valid")
    if valid_path.is_file():
        valid_table = read_predictions(valid_path)
        calibration = calibrate(valid_table, table, content["labels"])
        if calibration:
            content["calibration"] = calibration
    content |= _recorded(folder)
    if mismatch:
        content["corpus_mismatch"] = list(mismatch)
    if remarks:
        content["remarks"] = list(remarks)
    return write_json(Path(folder) / METRICS, content)


def write_validation(folder: str | Path, valid: Mapping) -> Path:
    """Write ``validation.json``: all that a run found which is not tested.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run.
    valid : dict
        Epoch and validation metrics of the chosen checkpoint; those of two
        answers, see ``join_answers``.

    Returns
    -------
    Path

    Example
    -------
    >>> found = {"epoch": 3, "loss": 0.7, "UAR": 0.5, "WA": 0.5}
    >>> folder = getfixture("tmpdir")
    >>> write_validation(folder, found | {"macro_F1": 0.4}).name
    'validation.json'
    """
    return write_json(Path(folder) / VALIDATION, _valid_metrics(valid))


def _valid_metrics(valid):
    """Of what is tested; and of two answers, which it is."""
    fallback = describe_fallback(valid)
    decided = {"fallback": fallback} if fallback else {}
    return {"valid": chosen_answer(valid), **decided}


def _recorded(folder):
    """What the record of a run says of its models' training data, and of what
    is reached without hearing."""
    path = Path(folder) / RECORD
    advice = "Run the recipe again, or correct the file."
    record = read_json(path, advice) if path.is_file() else {}
    names = ("contamination", *UNHEARD)
    return {name: record[name] for name in names if record.get(name)}


def _test_metrics(table):
    """Metrics of all clips, of each part, and of the scores alone."""
    labels, (truth, prediction) = labels_of(table), truth_and_prediction(table)
    result = {"test": summarise(truth, prediction, labels)}
    if "part" in table and table["part"].nunique() > 1:
        result["test_parts"] = {
            part: summarise(
                *truth_and_prediction(rows), labels, absent="report"
            )
            for part, rows in table.groupby("part")
        }
    alone = zero_shot_answers(table)
    if alone is not None:
        result["test_zero_shot_alone"] = summarise(truth, alone, labels)
    result["groups"] = describe_groups(table, labels)
    soft = describe_soft_labels(table, labels)
    return result | ({"soft_labels": soft} if soft else {})
