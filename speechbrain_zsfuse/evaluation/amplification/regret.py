"""Choices of many runs, judged: how often they were the oracle's, and what they
cost, beside the default and the ensemble. From ``amplification.json`` alone.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import stats

from speechbrain_zsfuse.evaluation.amplification.report import (
    REPORT,
    read_choice,
)
from speechbrain_zsfuse.evaluation.record import read_record
from speechbrain_zsfuse.folders import find_files

WAYS = ("chosen", "default", "ensemble")
_DRAWS = 10_000
_SEED = 0
# Runs that differ in other things alone, their seed for one, have one choice;
# but short runs chose anew for each speech model and seed.
_MODEL = ("fingerprint", "prompts_sha256", "ensemble", "weights", "chosen")


def find_choices(folder: str | Path) -> list[dict]:
    """Read the choices of all runs below a folder.

    Arguments
    ---------
    folder : str or Path
        A results folder.

    Returns
    -------
    list of dict
        See ``describe_choice``; with ``folder``, and ``of``: corpus, fold,
        model and way of choosing. Of runs that differ in nothing of it, and
        chose the same, the first.

    Raises
    ------
    FileNotFoundError
        If no run below it has chosen.
    ValueError
        If a file is damaged, see ``read_choice`` and ``read_record``.

    Example
    -------
    >>> find_choices(getfixture("tmpdir"))
    Traceback (most recent call last):
    FileNotFoundError: Expected runs that chose their repeats in ..., but \
there is no amplification.json. Run a recipe with \
--zero_shot='{audio_repeats: auto, text_repeats: auto}'.
    """
    paths = find_files(folder, (REPORT,)) if Path(folder).is_dir() else []
    choices = {}
    for path in [path for path in paths if path.name == REPORT]:
        told = read_choice(path.parent)
        record = read_record(path.parent)
        source = record.score_source or {}
        of = [record.corpus, record.release, record.fold, record.labels]
        of += [source.get(name) for name in _MODEL]
        if (source.get("chosen") or {}).get("by") == "fused":
            of += [record.encoder, record.seed]
        told |= {"folder": str(path.parent), "of": of}
        choices.setdefault(repr([of, told["chosen"]]), told)
    if not choices:
        raise FileNotFoundError(
            f"Expected runs that chose their repeats in {folder}, but there is "
            f"no {REPORT}. Run a recipe with "
            "--zero_shot='{audio_repeats: auto, text_repeats: auto}'."
        )
    return list(choices.values())


def judge_choices(choices: Sequence[dict], level: float = 0.95) -> dict:
    """How good choices on validation were.

    Arguments
    ---------
    choices : list of dict
        See ``find_choices``.
    level : float
        In (0, 1).

    Returns
    -------
    dict
        ``n``, the number of choices; ``oracles``, how many had the oracle's
        test UAR; ``regret``: of ``chosen``, ``default`` and ``ensemble`` the
        ``mean`` regret in [-1, 1], its ``interval`` (choices drawn anew; null
        for fewer than two) and ``n``; null where there is none.

    Example
    -------
    >>> one = {"chosen_is_oracle": True}
    >>> one["regret"] = {"chosen": 0.0, "default": 0.5, "ensemble": None}
    >>> told = judge_choices([one])
    >>> told["oracles"], told["regret"]["default"], told["regret"]["ensemble"]
    (1, {'mean': 0.5, 'interval': None, 'n': 1}, None)
    """
    return {
        "n": len(choices),
        "oracles": sum(choice["chosen_is_oracle"] for choice in choices),
        "regret": {
            way: _mean([choice["regret"][way] for choice in choices], level)
            for way in WAYS
        },
    }


def _mean(values, level):
    values = np.array([value for value in values if value is not None])
    if not len(values):
        return None
    interval = None
    if len(values) > 1:
        drawn = stats.bootstrap(
            (values,),
            np.mean,
            n_resamples=_DRAWS,
            method="percentile",
            confidence_level=level,
            random_state=np.random.default_rng(_SEED),
        ).confidence_interval
        interval = [float(drawn.low), float(drawn.high)]
    mean = float(values.mean())
    return {"mean": mean, "interval": interval, "n": len(values)}


def tell_choices(choices: Sequence[dict], judged: dict) -> str:
    """The choices one by one, and what they amount to, as lines.

    Arguments
    ---------
    choices : list of dict
        See ``find_choices``.
    judged : dict
        See ``judge_choices``.

    Returns
    -------
    str

    Example
    -------
    >>> regret = {"mean": 0.0, "interval": None, "n": 1}
    >>> judged = {"n": 1, "oracles": 1, "regret": {"chosen": regret}}
    >>> print(tell_choices([], judged))
    The choice on validation was the oracle's in 1 of 1; mean regret on test:
      chosen     0.0 points (95 % interval not known, n=1)
    """
    lines = [_line(choice) for choice in choices]
    lines.append(
        f"The choice on validation was the oracle's in {judged['oracles']} of "
        f"{judged['n']}; mean regret on test:"
    )
    for way, found in judged["regret"].items():
        if found is not None:
            ends = found["interval"]
            ends = (
                f"{100 * ends[0]:.1f} to {100 * ends[1]:.1f}"
                if ends
                else "not known"
            )
            lines.append(
                f"  {way:8}{100 * found['mean']:6.1f} points (95 % interval "
                f"{ends}, n={found['n']})"
            )
    return "\n".join(lines)


def _line(choice):
    names = ("chosen", "oracle")
    cells = {
        name: "{audio_repeats}x{text_repeats}".format(**choice[name])
        for name in names
    }
    return (
        f"{choice['folder']}: {cells['chosen']} chosen, {cells['oracle']} "
        f"oracle, regret {100 * choice['regret']['chosen']:.1f} points"
    )
