"""Pairs of corpora, before hours of work: do they share classes, and no clips;
can the models hear all of them?
"""

import logging
from collections import defaultdict
from itertools import product
from os.path import abspath
from pathlib import Path

import pandas
from hyperpyyaml import load_hyperpyyaml

from speechbrain_zsfuse.audio.places import split_fragment
from speechbrain_zsfuse.corpora.lengths import length_problems
from speechbrain_zsfuse.corpora.several.borrowed import find_across
from speechbrain_zsfuse.errors import list_names, shorten
from speechbrain_zsfuse.evaluation.cross.inventories import shared_labels
from speechbrain_zsfuse.experiment.amplification.options import candidates
from speechbrain_zsfuse.experiment.configuration.references import part
from speechbrain_zsfuse.experiment.cross.plan import name_system

logger = logging.getLogger(__name__)

_SAME = (
    "Expected different corpora, but {} and {} are not: {}. Who is trained on "
    "one has heard the other: cross them in a results_folder each, or name "
    "`sources` and `targets`."
)
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
    learned = {key: _files(targets[key].whole) for key in plan.runs}
    tested = {key: _files(targets[key].table) for key in plan.targets}
    for source, target in _pairs(plan):
        files = learned[source] & tested[target]
        _refuse_same(source, target, targets, files)
    _refuse_copies(plan, targets)


def _pairs(plan):
    pairs = product(plan.runs, plan.targets)
    return [(one, other) for one, other in pairs if one != other]


def _files(table):
    return {split_fragment(place)[0] for place in table["wav"]}


def _refuse_same(source, target, targets, files):
    """One corpus under two keys: the model would have heard its test."""
    learned, tested = targets[source].whole, targets[target].table
    people = {*learned["speaker"]} & {*tested["speaker"]}
    people = [who for who in people if ":" in who]  # of a corpus by name
    name = targets[source].facts["name"]
    if not files and not people and name != targets[target].facts["name"]:
        return
    what = (
        f"{len(people)} speakers are in both" if people else f"both are {name}"
    )
    what = f"{len(files)} files are in both" if files else what
    raise ValueError(_SAME.format(source, target, what))


def _refuse_copies(plan, targets):
    """One recording in two corpora, under whatever name."""
    keys = [key for key in targets if key in {*plan.runs, *plan.targets}]
    clips = pandas.concat([targets[k].whole.assign(corpus=k) for k in keys])
    clips = clips.assign(place=clips["wav"].map(abspath), ID=range(len(clips)))
    clips = clips.set_index("ID", drop=False)
    values = {key: plan.sides[key].values for key in keys}
    folders = {key: _folder(values[key]["data_folder"]) for key in keys}
    groups = find_across(clips, folders, values[keys[0]].get("audio_cache"))
    tested = {key: {*targets[key].table["wav"]} for key in plan.targets}
    both = defaultdict(list)
    for group in groups:
        first, first_tested = {}, {}
        for key, place in clips.loc[group, ["corpus", "wav"]].values:
            first.setdefault(key, place)
            if place in tested.get(key, ()):
                first_tested.setdefault(key, place)
        for source, target in product(first, first_tested):
            pair = f"{first[source]} = {first_tested[target]}"
            both[source, target].append(pair)
    for source, target in _pairs(plan):
        found = both[source, target]
        if not found:
            continue
        number = (
            f"{len(found):,} recordings are in both: {list_names(found, 3)}"
        )
        if not values[target].get("allow_mismatch"):
            raise ValueError(_SAME.format(source, target, number))
        logger.warning("%s", _SAME.format(source, target, number))
        targets[target].facts["mismatch"].append(f"{source}: {number}")


def _folder(data_folder):
    """That of a corpus; places of several have none in common."""
    return data_folder if isinstance(data_folder, str | Path) else "/"


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
