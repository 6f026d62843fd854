"""``zsfuse vote``: predictions of systems into those of their ensemble."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from speechbrain_zsfuse.evaluation.ensembles.combine import (
    METRICS,
    PLURALITY,
    STACKING,
    Rule,
    combine_systems,
    select_systems,
)
from speechbrain_zsfuse.evaluation.ensembles.members import align_systems
from speechbrain_zsfuse.evaluation.ensembles.report import (
    tell_ensemble,
    tell_steps,
)
from speechbrain_zsfuse.evaluation.ensembles.selection import best_step
from speechbrain_zsfuse.evaluation.ensembles.systems import find_places
from speechbrain_zsfuse.evaluation.predictions import write_predictions
from speechbrain_zsfuse.files import file_sha256, read_json, write_json
from speechbrain_zsfuse.options import check


def run_vote(
    systems: Sequence[str],
    out: str | Path,
    rule: Rule = PLURALITY,
    valid: Sequence[str] = (),
    metric: Literal["macro_F1", "UAR"] | None = None,
) -> str:
    """Make an ensemble's predictions, and write them.

    Arguments
    ---------
    systems, valid : list of str
        See ``find_places``; the first system decides ties.
    out : str or Path
        CSV to write. What it was made of is written beside it, as JSON.
    rule : str
        See ``combine_systems``.
    metric : str, optional
        Take only the systems that are chosen by it on validation, see
        ``select_systems``.

    Returns
    -------
    str
        What was reached, for the terminal.

    Raises
    ------
    FileNotFoundError, ValueError
        See ``find_places``, ``read_predictions``, ``align_systems`` and
        ``combine_systems``; or if validation is needed and not known, or
        ``out`` is there and is not this ensemble's.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> rows = "id,label,prediction\\na,sad,sad\\nb,calm,"
    >>> for name, answer in {"s1": "sad", "s2": "", "s3": "calm"}.items():
    ...     _ = (folder / f"{name}.csv").write_text(f"{rows}{answer}\\n")
    >>> paths = [str(folder / f"s{n}.csv") for n in (1, 2, 3)]
    >>> told = run_vote(paths, folder / "votes.csv")
    >>> print((folder / "votes.csv").read_text())
    id,speaker,label,prediction,probability_calm,probability_sad
    a,,sad,sad,0,1
    b,,calm,sad,0.5,0.5
    <BLANKLINE>
    """
    _check_choice(rule, metric)
    splits = ["test", "valid"] if metric or rule == STACKING else ["test"]
    places = find_places(systems, valid)
    if "valid" in splits:
        _check_valid(places)
    members = {
        split: align_systems({p.name: p.read(split) for p in places})
        for split in splits
    }
    out, beside = Path(out), Path(out).with_suffix(".json")
    made = {"rule": rule, "select": metric}
    made["systems"] = [place.facts(splits) for place in places]
    _check_new(out, beside, made)
    test, learned = members["test"], members.get("valid")
    steps = select_systems(learned, metric, rule) if metric else []
    taken = best_step(steps).names if steps else tuple(test.tables)
    table = combine_systems(test.pick(taken), rule, learned)
    write_predictions(out, table)
    made |= {"steps": [step._asdict() for step in steps], "taken": taken}
    write_json(beside, made | {"sha256": file_sha256(out)})
    name = str(out) if out.stem in test.tables else out.stem
    told = [tell_steps(steps, metric)] if steps else []
    told += [tell_ensemble(name, table, test.tables, test.labels)]
    told += [f"Written to {out}; what it was made of, to {beside.name}."]
    return "\n\n".join(told)


def _check_choice(rule, metric):
    check("rule", rule, Rule)
    if metric is not None:
        check("select", metric, Literal[tuple(METRICS)])
    if metric and rule == STACKING:
        raise ValueError(
            "Expected --select with another rule than stacking, which is "
            "fitted on the same validation: more systems would always look "
            "better. Leave out --select, or take plurality, mean or eq2."
        )


def _check_valid(places):
    without = [place.name for place in places if place.valid is None]
    if without:
        raise ValueError(
            "Expected predictions of validation, which stacking and --select "
            f"need, but those of {', '.join(without)} are not known. Give "
            "--valid once for each system, in the same order, or folders of "
            "runs."
        )


def _check_new(out, beside, made):
    """What is there is the same ensemble's, or is not written over."""
    if out == beside:
        raise ValueError(
            f"Expected --out to be a CSV file, but got {out}: what the "
            "ensemble was made of is written there. Give a name that ends in "
            ".csv."
        )
    if not out.exists() and not beside.exists():
        return
    advice = "Delete both, or give --out another name."
    there = read_json(beside, advice) if beside.is_file() else {}
    if any(there.get(name) != value for name, value in made.items()):
        raise ValueError(
            f"Expected --out to be a new file, but {out} or {beside.name} is "
            f"there, and is not of these systems and this rule. {advice}"
        )
