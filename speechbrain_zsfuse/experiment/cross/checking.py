"""Pairs of corpora, before hours of work: do they share classes, and no clips;
can the models hear all of them?
"""

from itertools import product

from hyperpyyaml import load_hyperpyyaml

from speechbrain_zsfuse.audio.places import split_fragment
from speechbrain_zsfuse.corpora.lengths import length_problems
from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.evaluation.cross.inventories import shared_labels
from speechbrain_zsfuse.experiment.amplification.options import candidates
from speechbrain_zsfuse.experiment.configuration.references import part
from speechbrain_zsfuse.experiment.cross.plan import name_system

_MODELS = ("encoder", "alm", "zero_shot", "amplification", "score_source")


def check_pairs(plan, targets):
    """Raise a ValueError if a pair of corpora cannot be crossed.

    Arguments
    ---------
    plan : CrossPlan
    targets : dict
        Key to Target, see ``prepare_targets``.

    Example
    -------
    See ``run_cross``.
    """
    lines = []
    for source, target in _pairs(plan):
        classes = [targets[key].labels for key in (source, target)]
        shared = shared_labels(*classes)
        if len(shared) < 2:
            known = (
                f"{k} has {', '.join(targets[k].labels)}"
                for k in (source, target)
            )
            lines.append(
                f"  {source} → {target}: {len(shared)} shared "
                f"({'; '.join(known)})"
            )
    if lines:
        raise ValueError(
            "Expected at least two classes that source and target share, but "
            f"it is not so of\n{shorten(lines)}\nChoose other `labels`, "
            "`merge` what counts as another class, or name `sources` and "
            "`targets`."
        )
    for source, target in _pairs(plan):
        _refuse_same(source, target, targets)


def _pairs(plan):
    pairs = product(plan.runs, plan.targets)
    return [(one, other) for one, other in pairs if one != other]


def _refuse_same(source, target, targets):
    """One corpus under two keys: the model would have heard its test."""
    one, other = targets[source], targets[target]
    mine, theirs = (
        {split_fragment(place)[0] for place in target.table["wav"]}
        for target in (one, other)
    )
    files = mine & theirs
    people = {*one.table["speaker"]} & {*other.table["speaker"]}
    people = [who for who in people if ":" in who]  # of a corpus by name
    name = one.facts["name"]
    if not files and not people and name != other.facts["name"]:
        return
    what = (
        f"{len(people)} speakers are in both" if people else f"both are {name}"
    )
    what = f"{len(files)} files are in both" if files else what
    raise ValueError(
        f"Expected different corpora, but {source} and {target} are not: "
        f"{what}. Who is trained on one has heard the other: cross them in a "
        "results_folder each, or name `sources` and `targets`."
    )


def check_models(plan, targets):
    """Raise a ValueError if a model cannot hear a clip of a target.

    Encoders and audio-language models are loaded for that, one by one.

    Arguments
    ---------
    plan : CrossPlan
    targets : dict

    Example
    -------
    See ``run_cross``.
    """
    from speechbrain_zsfuse.experiment.options.command import read_command

    seen = set()
    for key, runs in plan.runs.items():
        recipe = plan.sides[key].recipe
        for one in runs:
            system = name_system(one)
            if system in seen:
                continue
            seen.add(system)
            words = one.run.arguments
            text, *_ = read_command(words, recipe.script, recipe.prepare)
            models = load_hyperpyyaml(part(text, _MODELS))
            _check_system(system, models, plan, targets)


def _check_system(system, hparams, plan, targets):
    if hparams.get("score_source") is not None:
        raise ValueError(
            f"Expected {system} to score with its alm, of which any words can "
            "be asked, but it has a score_source. Add score_source: null to "
            "`options`."
        )
    repeats, _ = candidates(
        hparams.get("zero_shot", {}), hparams.get("amplification", {})
    )
    heard = [("encoder", 1), ("alm", min(repeats)), ("alm", max(repeats))]
    for (name, times), key in product(dict.fromkeys(heard), plan.targets):
        model = hparams.get(name)
        if model is None:
            continue
        lines = length_problems(targets[key].table, model, times)
        if lines:
            raise ValueError(
                f"Expected clips of {key} that the {name} of {system} can "
                f"hear, but {len(lines)} are not:\n{shorten(lines)}\nTake "
                f"{key} out of `targets`, or choose a model that can."
            )
