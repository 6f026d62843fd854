"""The end of a run: noted in ``run.json``, with the hashes of its results, so
that it is found again as it was left, or said what is not.
"""

from pathlib import Path

from speechbrain_zsfuse.evaluation.amplification.report import (
    REPORT,
    read_choice,
)
from speechbrain_zsfuse.evaluation.fields import METRICS
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_path,
    read_predictions,
)
from speechbrain_zsfuse.evaluation.results import (
    check_result,
    hash_results,
    result_paths,
)
from speechbrain_zsfuse.experiment.claim import results_folder
from speechbrain_zsfuse.experiment.describe import known_facts, note_facts
from speechbrain_zsfuse.experiment.outcome import (
    describe_next,
    describe_outcome,
)
from speechbrain_zsfuse.experiment.resuming.inputs import REMARKS
from speechbrain_zsfuse.files import read_json

_AGAIN = "Run with --test_only: it is written again."


def note_finished(folder):
    """Note a run as finished, with its results; main process.

    Also the marks of its results, which outlive a mended corpus.

    Arguments
    ---------
    folder : str or Path
        Output folder, with ``metrics.json``.

    Returns
    -------
    dict
        The metrics.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "metrics.json").write_text("{}")
    >>> note_finished(folder)
    {}
    """
    metrics = read_json(Path(folder) / METRICS, _AGAIN)
    mismatch = metrics.get("corpus_mismatch", [])
    facts = {"mismatch": mismatch} if mismatch else {}
    facts[REMARKS] = metrics.get(REMARKS, [])
    # What a test has not written again must still be what it was.
    facts["results"] = hash_results(folder) | _known_results(folder)
    note_facts(folder, facts | {"finished": True})
    return metrics


def reopen_finished(folder):
    """Let the results of a run be written again; main process.

    The validation is of training, and stays: the test is measured with it.

    Arguments
    ---------
    folder : str or Path
        Output folder of a run that is tested again.

    Raises
    ------
    FileNotFoundError, ValueError
        If the validation is gone, edited or damaged.

    Example
    -------
    >>> reopen_finished(getfixture("tmpdir"))
    """
    valid = predictions_path(folder, "valid")
    results = _known_results(folder)
    check_result(valid, results)
    if results:
        same = {name: results[name] for name in results if name == valid.name}
        note_facts(folder, {"results": same})


def read_finished(folder):
    """Metrics of a finished run, if all its results are as it left them.

    Arguments
    ---------
    folder : str or Path
        Output folder, with ``metrics.json``.

    Returns
    -------
    dict

    Raises
    ------
    FileNotFoundError, ValueError
        If a result is gone, edited or damaged.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "metrics.json").write_text("{}")
    >>> read_finished(folder)
    {}
    """
    paths, results = result_paths(folder), _known_results(folder)
    for path in paths.values():
        check_result(path, results)
    if METRICS not in results:  # a kill came between, or an older version
        return note_finished(folder)
    return read_json(paths[METRICS], _AGAIN)


def tell_finished(folder):
    """What a finished run reached, for the terminal.

    Arguments
    ---------
    folder : str or Path
        See ``read_finished``, also for errors.

    Returns
    -------
    str

    Example
    -------
    >>> tell_finished("no such folder")
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    metrics = read_finished(folder)
    table = read_predictions(predictions_path(folder, "test"))
    has_chosen = (Path(folder) / REPORT).exists()
    choice = read_choice(folder) if has_chosen else None
    facts, results = known_facts(folder), results_folder(folder)
    source = facts.get("score_source")
    told = describe_outcome(metrics, table, folder, choice, source)
    if not results:
        return told
    known = facts.get("corpus"), len(metrics["labels"])
    return f"{told}\n{describe_next(results, *known)}"


def _known_results(folder):
    return known_facts(folder).get("results", {})
