"""What a run reached, a few aligned lines for the terminal.

Pure functions of facts that others have collected.
"""

import shlex

from speechbrain_zsfuse.evaluation.amplification.report import tell_choice
from speechbrain_zsfuse.evaluation.columns import truth_and_prediction
from speechbrain_zsfuse.evaluation.fallback import BY_CORPUS
from speechbrain_zsfuse.evaluation.marks import (
    footnote,
    mark,
    tell_baselines,
)
from speechbrain_zsfuse.evaluation.metrics.classification import recalls
from speechbrain_zsfuse.evaluation.paper_tables.paper import is_in_paper
from speechbrain_zsfuse.evaluation.statistics.intervals import (
    measure_uar,
    uar_by_speaker,
)
from speechbrain_zsfuse.experiment.summary import aligned, counted

_FEW = 10  # speakers that are shown one by one


def describe_outcome(metrics, table, folder, choice=None, source=None):
    """What a run reached, how sure that is, and where its files are.

    Arguments
    ---------
    metrics : dict
        Content of ``metrics.json``.
    table : pandas.DataFrame
        Test predictions, see ``read_predictions``.
    folder : str or Path
        Output folder of the run.
    choice : dict, optional
        Content of ``amplification.json``, if repeats were chosen.
    source : dict, optional
        What scored, as ``run.json`` has it.

    Returns
    -------
    str

    Example
    -------
    >>> import pandas
    >>> test = {"n": 3, "UAR": 0.75, "WA": 2 / 3, "confusion": [[1, 1], [0, 1]]}
    >>> metrics = {"labels": ["sad", "angry"], "test": test}
    >>> metrics["valid"] = {"epoch": 3, "UAR": 0.5}
    >>> table = pandas.DataFrame({"id": list("abc"), "speaker": "01"})
    >>> table["label"] = ["sad", "sad", "angry"]
    >>> table["prediction"] = ["sad", "angry", "angry"]
    >>> print(describe_outcome(metrics, table, "results"))
    Test UAR   75.0 % (unweighted average recall), of 3 clips of 1 speaker
    Interval   95 %: not known for other speakers, 50.0 to 100.0 % for other
               clips of these
    Recall     sad: 50.0, angry: 100.0 %
    Test WA    66.7 % (weighted accuracy: share of clips that are right)
    Epoch      3, of the best validation UAR, 50.0 %
    Files      metrics.json, predictions_test.csv and train_log.txt in results
    """
    test, labels = metrics["test"], metrics["labels"]
    speakers = uar_by_speaker(table, labels)
    found = recalls(*truth_and_prediction(table), labels)
    unknown = (table["speaker"] == "").sum()
    left_out = f" and {unknown} of unknown ones" if unknown else ""
    who = counted(len(speakers), "speaker") + left_out
    mismatch = len(metrics.get("corpus_mismatch", []))
    differences = f"{counted(mismatch, 'difference')} from the known corpus"
    valid, heard = metrics["valid"], metrics.get("contamination", {})
    return aligned(
        {
            "Test UAR": f"{100 * test['UAR']:.1f} % (unweighted average "
            f"recall), of {test['n']} clips of {who}",
            "Interval": _describe_intervals(table, labels),
            "Speakers": _list_speakers(speakers),
            "Recall": _list(labels, found.values()),
            "Corpora": _list_corpora(metrics.get("groups")),
            "Parts": _list_parts(metrics.get("test_parts")),
            "Worst": _list_worst(metrics.get("groups")),
            "Scores": _describe_alone(
                metrics.get("test_zero_shot_alone"),
                heard.get("score_source"),
                source,
            ),
            "Encoder": _describe_encoder(heard.get("encoder")),
            "Repeats": choice and tell_choice(choice),
            "Fallback": _describe_fallback(metrics.get("fallback")),
            "ECE": _describe_calibration(metrics.get("calibration")),
            "Test WA": f"{100 * test['WA']:.1f} % (weighted accuracy: share "
            "of clips that are right)",
            "Epoch": f"{valid['epoch']}, of the best validation UAR, "
            f"{100 * valid['UAR']:.1f} %"
            + " (mean of the corpora)"
            * (BY_CORPUS in valid),
            "Unheard": tell_baselines(metrics.get("baselines")),
            "Caveat": "; ".join(metrics.get("caveats", [])) or None,
            "Corpus": f"{differences}, named in metrics.json"
            if mismatch
            else None,
            "Files": "metrics.json, predictions_test.csv and train_log.txt "
            f"in {folder}",
        }
    )


def describe_next(results, corpus=None, classes=0):
    """The command that puts a run beside others, to be pasted as it is.

    Arguments
    ---------
    results : str or Path
        Folder of the results of all runs.
    corpus : str, optional
    classes : int
        How many are told apart: the paper is named where it has such numbers.

    Returns
    -------
    str
        In a line of its own, however long.

    Example
    -------
    >>> print(describe_next("my results/RAVDESS", "RAVDESS", classes=4))
    All runs of this folder beside each other, and beside the paper:
      zsfuse table 'my results/RAVDESS' --paper I
    >>> print(describe_next("results/EmoDB", "EmoDB", classes=7))
    All runs of this folder beside each other:
      zsfuse table results/EmoDB
    """
    of_paper = is_in_paper(corpus, classes)
    return (
        "All runs of this folder beside each other"
        f"{', and beside the paper' * of_paper}:\n"
        f"  zsfuse table {shlex.quote(str(results))}{' --paper I' * of_paper}"
    )


def _describe_intervals(table, labels):
    """Those of a model that has learned something."""
    answers = set(table["prediction"])
    if len(answers) == 1:
        return f"none: every clip is taken for {answers.pop()!r}"
    found = measure_uar(table, labels)
    return (
        f"95 %: {_range(found['interval_by_speakers'])} for other speakers, "
        f"{_range(found['interval_by_clips'])} for other clips of these"
    )


def _describe_alone(alone, heard, source):
    """The UAR of the scores without training, if there are any; and whether
    what scored has heard the corpus, or labels of it had a say."""
    if not alone or "UAR" not in alone:
        return None
    uar = f"{100 * alone['UAR']:.1f} %"
    return f"{uar} UAR of the scores alone, {mark(heard, source)}"


def _describe_encoder(heard):
    """That the encoder has heard the corpus before, if somebody says so."""
    seen = heard and heard["status"] == "seen"
    return f"has heard the corpus before: {footnote(heard)}" if seen else None


def _describe_fallback(found):
    """Which answer was tested, and what validation said of both."""
    if not found:
        return None
    uar = {name: 100 * value for name, value in found["valid_UAR"].items()}
    return (
        f"validation UAR {uar['with_scores']:.1f} % with scores, "
        f"{uar['without_scores']:.1f} % without: tested "
        f"{found['used'].replace('_', ' ')}"
    )


def _describe_calibration(found):
    """ECE, NLL and Brier score, as they are and with a temperature."""
    if not found:
        return None
    before, after = (
        f"{100 * measures['ECE']:.1f} %{name}, NLL {measures['NLL']:.3f}, "
        f"Brier {measures['Brier']:.3f}"
        for measures, name in (
            (found["before"], " (expected calibration error)"),
            (found["after"], ""),
        )
    )
    return (
        f"{before}; at temperature {found['temperature']:.3g}, fitted on "
        f"validation: {after}"
    )


def _list(names, shares):
    pairs = (f"{n}: {100 * s:.1f}" for n, s in zip(names, shares))
    return ", ".join(pairs) + " %"


def _list_parts(parts):
    """UAR of each part of the test data that has all classes."""
    known = {n: p["UAR"] for n, p in (parts or {}).items() if "UAR" in p}
    return _list(known, known.values()) if known else None


def _list_corpora(groups):
    """UAR of each of several corpora, over its own classes."""
    corpora = (groups or {}).get("corpus", {}).get("groups", {})
    names = [
        f"{name} ({len(one['classes'])} classes)" if "classes" in one else name
        for name, one in corpora.items()
    ]
    uars = [one["UAR"] for one in corpora.values()]
    return _list(names, uars) if names else None


def _list_worst(groups):
    """Of speakers, genders and so on those whose UAR is the lowest."""
    worst = {
        f"{kind} {found['worst']['group']}": found["worst"]["UAR"]
        for kind, found in (groups or {}).items()
        if found["worst"]
    }
    return _list(worst, worst.values()) if worst else None


def _list_speakers(speakers):
    """UAR of each of a few speakers."""
    few = 1 < len(speakers) <= _FEW and None not in speakers.values()
    return _list(speakers, speakers.values()) if few else None


def _range(ends):
    if ends is None:
        return "not known"
    return f"{100 * ends[0]:.1f} to {100 * ends[1]:.1f} %"
