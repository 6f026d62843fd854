"""The corpora of a crossing as targets: prepared, checked, their clips chosen.

All that can be wrong with a corpus is said here, before anything is trained:
each fold of each source is prepared, too.
"""

import hashlib
import json
from typing import NamedTuple

import pandas
from hyperpyyaml import load_hyperpyyaml

from speechbrain_zsfuse.corpora.definitions.applying import about_of
from speechbrain_zsfuse.corpora.definitions.definition import (
    find_definition,
    list_definitions,
)
from speechbrain_zsfuse.corpora.manifests import SPLITS, read_manifest
from speechbrain_zsfuse.corpora.sealing import MANIFESTS, read_certificate
from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.evaluation.cross.balance import draw_balanced
from speechbrain_zsfuse.evaluation.metrics.speakers import count_speakers
from speechbrain_zsfuse.experiment.configuration.references import part
from speechbrain_zsfuse.experiment.run import make_manifests

_KEYS = (
    *("data_folder", "preparation", "allow_mismatch", "audio_cache"),
    *("download", "fold", "labels"),
)
TARGETS = "targets"


class Target(NamedTuple):
    """A corpus to test on.

    Attributes
    ----------
    table : pandas.DataFrame
        A row a clip: ``ID, duration, wav`` (where it lies), ``emotion,
        speaker`` and more.
    labels : list of str
        Its classes; each occurs.
    facts : dict
        For ``cross.json``, see ``Corpus``.
    digest : str
        sha256 of what answers depend on.
    whole : pandas.DataFrame
        All clips, also those that are not tested: of these a model may learn.

    Example
    -------
    >>> Target(pandas.DataFrame(), ["sad"], {"name": "Tiny"}, "").facts["name"]
    'Tiny'
    """

    table: pandas.DataFrame
    labels: list
    facts: dict
    digest: str
    whole: pandas.DataFrame = None


def prepare_targets(plan):
    """Prepare all corpora of a crossing, in all folds that are needed.

    Arguments
    ---------
    plan : CrossPlan

    Returns
    -------
    dict
        Key to Target, of sources, too: they are the other half of each shift.

    Raises
    ------
    Exception
        See the preparations; the corpus is named.

    Example
    -------
    See ``run_cross``.
    """
    found = {}
    for key, side in plan.sides.items():
        try:
            found[key] = _prepare(plan.folder / TARGETS / key, key, side)
        except (OSError, ValueError) as error:
            raise ValueError(f"Corpus {key}: {error}") from error
    return found


def _prepare(folder, key, side):
    """Each fold; of the first, what there is to say and to hear."""
    whole = None
    for fold, text in side.folds.items():
        hparams = load_hyperpyyaml(part(text, _KEYS))
        place = folder / (f"fold{fold}" if fold else "manifests")
        manifests = make_manifests(side.recipe.prepare, hparams, place)
        whole = whole or (manifests, read_certificate(place), hparams)
    manifests, certificate, hparams = whole
    corpus, labels = side.corpus, list(hparams["labels"])
    tables = {
        split: read_manifest(
            manifests[split], hparams["data_folder"], ["emotion", "speaker"]
        )
        for split in SPLITS
        if split in manifests
    }
    everything = pandas.concat(tables.values(), ignore_index=True)
    table = tables["test"] if corpus.clips == "test" else everything
    table = choose_clips(table, labels, corpus)
    digest = _digest(certificate, table)
    return Target(
        table,
        labels,
        {
            "name": certificate.get("corpus") or key,
            "release": certificate.get("release") or None,
            "labels": labels,
            "clips": len(table),
            "speakers": count_speakers(table),
            "digest": digest,
            "which": _tell_choice(corpus),
            "merge": certificate.get("options", {}).get("merge") or {},
            "left_out": certificate.get("dropped_counts", {}),
            "mismatch": certificate.get("mismatch", []),
            "caveats": certificate.get("caveats") or [],
            "baselines": certificate.get("baselines") or {},
            "about": _about(certificate) | dict(corpus.about),
        },
        digest,
        everything,
    )


def choose_clips(table, labels, corpus):
    """Those of a part, and of a balanced set.

    Arguments
    ---------
    table : pandas.DataFrame
        With ``ID``, ``emotion``, ``speaker`` and perhaps ``part``.
    labels : list of str
        Classes: each must occur.
    corpus : CrossCorpus

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    ValueError
        If there is no such part, a class does not occur, or see
        ``draw_balanced``.

    Example
    -------
    >>> from speechbrain_zsfuse.experiment.cross.description import CrossCorpus
    >>> table = pandas.DataFrame({"ID": list("abc"), "speaker": "1"})
    >>> table["emotion"], table["part"] = list("nhh"), ["x", "x", "y"]
    >>> corpus = CrossCorpus("recipe", "/data", part="x")
    >>> choose_clips(table, ["n", "h"], corpus)["ID"].tolist()
    ['a', 'b']
    """
    if corpus.part is not None:
        parts = table["part"] if "part" in table else pandas.Series(dtype=str)
        if corpus.part not in {*parts}:
            raise ValueError(
                f"Expected clips of the part {corpus.part!r}, but there are "
                f"those of {list_names(sorted({*parts} - {''}) or ['none'])}. "
                "Correct `part`, or leave it out."
            )
        table = table[parts == corpus.part]
    if corpus.balanced is not None:
        table = draw_balanced(table, labels, *corpus.balanced)
    absent = [label for label in labels if label not in {*table["emotion"]}]
    if absent:
        raise ValueError(
            f"Expected clips of each of {', '.join(labels)}, but there is none "
            f"of {', '.join(absent)}. Choose other labels or clips."
        )
    return table.reset_index(drop=True)


def _about(certificate):
    """What is known of a corpus; a recipe of its own may not say it, but a
    definition of this name does."""
    if certificate.get("about"):
        return certificate["about"]
    named = map(find_definition, list_definitions())
    same = (one for one in named if one.name == certificate.get("corpus"))
    return next(map(about_of, same), {})


def _tell_choice(corpus):
    words = [corpus.clips, corpus.part and f"part {corpus.part}"]
    if corpus.balanced is not None:
        per_class, speakers = corpus.balanced
        words.append(f"balanced, {per_class} a class by {speakers} speakers")
    return ", ".join(filter(None, words))


def share_words(source, target):
    """Share of a target's clips whose words occur in a source.

    Arguments
    ---------
    source, target : Target

    Returns
    -------
    float or None
        In [0, 1]; None if the words of one are not known, all of them.

    Example
    -------
    >>> texts = ["It is late.", "it is  late"], ["Come!", "It is late"]
    >>> one, other = (
    ...     Target(pandas.DataFrame({"transcript": t}), [], {}, "")
    ...     for t in texts
    ... )
    >>> share_words(one, other)
    0.5
    """
    texts = [_words(one.table) for one in (source, target)]
    if any(one is None for one in texts):
        return None
    return float(texts[1].isin({*texts[0]}).mean())


def _words(table):
    """Transcripts without case, signs and blanks; None if one is unknown."""
    if "transcript" not in table:
        return None
    words = table["transcript"].str.casefold()
    words = words.str.replace(r"[\W_]+", " ", regex=True).str.strip()
    return None if (words == "").any() else words


def _digest(certificate, table):
    """Changes with files, labels, speakers, and with which clips are chosen."""
    names = "inputs_sha256", MANIFESTS, "ids_sha256"
    known = [certificate.get(name) for name in names]
    columns = [table[name].tolist() for name in ("ID", "emotion", "speaker")]
    text = json.dumps([known, columns], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
