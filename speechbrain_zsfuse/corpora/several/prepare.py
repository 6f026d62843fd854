"""One corpus or several to certified manifests: what a recipe calls."""

import inspect
import logging
from collections.abc import Mapping
from pathlib import Path

from speechbrain_zsfuse.corpora.certificate import prove_disjoint
from speechbrain_zsfuse.corpora.folds.division import Fold
from speechbrain_zsfuse.corpora.labels import check_classes, few_clips
from speechbrain_zsfuse.corpora.manifests import (
    MANIFEST,
    find_prepared,
    inputs_hash,
    write_manifests,
)
from speechbrain_zsfuse.corpora.prepare import (
    Folds,
    prepare_corpus,
    prepare_reading,
)
from speechbrain_zsfuse.corpora.roots import Roots, check_outside
from speechbrain_zsfuse.corpora.sealing import SEAL, read_certificate
from speechbrain_zsfuse.corpora.several.borrowed import (
    find_borrowed,
    refuse_borrowed,
)
from speechbrain_zsfuse.corpora.several.inventory import Inventory, own_classes
from speechbrain_zsfuse.corpora.several.joining import (
    by_split,
    join_certificates,
    join_tables,
    pairs_apart,
)
from speechbrain_zsfuse.corpora.several.reading import (
    Corpora,
    check_given,
    check_left_out,
    emotions_of,
    read_several,
)
from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.evaluation.tables import read_table
from speechbrain_zsfuse.options import (
    Labels,
    Merge,
    Place,
    Text,
    checked,
    kinds,
)

logger = logging.getLogger(__name__)


@checked
def prepare_several(
    data_folder: Roots,
    manifest_folder: Place,
    *,
    corpora: Corpora | None = None,
    labels: Labels,
    merge: Merge | None = None,
    inventory: Inventory = "union",
    leave_out: Text | None = None,
    fold: Fold = 1,
    folds: Folds | None = None,
    readers=None,
    allow_mismatch: bool = False,
    audio_cache: Place | None = None,
):
    """Prepare several corpora, and join them.

    Arguments
    ---------
    data_folder : dict
        Name of each corpus to its folder: ``{"emodb": "/data/EmoDB", …}``.
    manifest_folder : str or Path
        Where the joint ``train.csv``, ``valid.csv``, ``test.csv`` and
        ``certificate.json`` go; those of each corpus lie in ``corpora/NAME``.
    corpora : dict, optional
        Name to what is said of that corpus alone: ``corpus`` (its definition,
        if that has another name), ``release``, ``table`` in their place,
        ``columns``, ``speakers``, ``fold``, ``folds``; see ``prepare_corpus``.
    labels : list of str
        All classes.
    merge : dict, optional
        Emotion to the one it counts as, in whichever corpus it is.
    inventory : str
        Of classes: union, where those that a corpus lacks are masked, or
        intersection, where each has all.
    leave_out : str, optional
        A corpus that is tested whole; the others train and validate.
    fold, folds
        Of each corpus, see ``prepare_corpus``; where one is left out, others
        have none.
    readers : dict, optional
        Name of a corpus to who reads it (folder to Reading), of those without
        a definition.
    allow_mismatch, audio_cache
        See ``certify``.

    Returns
    -------
    dict
        ``train``, ``valid`` and ``test`` to manifest path (str). Their column
        ``corpus`` says which it is.

    Raises
    ------
    ValueError
        If a corpus cannot be prepared, see ``prepare_corpus``; if the labels
        do not suit the corpora, see ``own_classes``; or if a recording stands
        in two corpora.

    Example
    -------
    >>> folders = {"emodb": "/data/EmoDB", "urdu": "/data/URDU"}
    >>> prepare_several(
    ...     folders, "m", labels=["sad", "happy"], leave_out="tess"
    ... )
    Traceback (most recent call last):
    ValueError: Expected --leave_out to be a corpus of data_folder, but got \
'tess'. There is: emodb, urdu.
    """
    data_folder = {k: str(Path(v).resolve()) for k, v in data_folder.items()}
    manifest_folder = Path(manifest_folder).resolve()
    check_left_out(leave_out, data_folder)
    given = check_given(data_folder, corpora)
    for name, folder in data_folder.items():
        table = given.get(name, {}).get("table")
        listed = None if table is None else [Path(table).resolve()]
        check_outside(manifest_folder, Path(folder), listed)
    _check_folds(leave_out, {"": {"fold": fold, "folds": folds}, **given})
    readings = read_several(data_folder, corpora, readers)
    emotions = emotions_of(readings, merge)
    own = own_classes(labels, emotions, inventory, leave_out)
    tables, certificates = {}, {}
    for name, reading in readings.items():
        place, said = manifest_folder / "corpora" / name, given.get(name, {})
        words = {*reading.clips["emotion"]}
        manifests = prepare_reading(
            reading,
            Path(data_folder[name]),
            place,
            labels=own[name],
            merge={k: v for k, v in (merge or {}).items() if k in words},
            fold=_fold(name, leave_out, said.get("fold", fold)),
            folds=said.get("folds", folds),
            allow_mismatch=allow_mismatch,
            audio_cache=audio_cache,
        )
        certificates[name] = read_certificate(place)
        tables[name] = {
            split: read_table(path, MANIFEST)
            for split, path in manifests.items()
        }
    options = {
        "labels": list(labels),
        "merge": dict(merge or {}),
        "inventory": inventory,
        "leave_out": leave_out,
        "fold": fold if leave_out is None else None,
        "folds": folds,
        "allow_mismatch": allow_mismatch,
    }
    return _join(
        join_tables(tables),
        join_certificates(certificates, own, leave_out),
        {"speaker": pairs_apart(certificates)},
        options,
        data_folder,
        manifest_folder,
        audio_cache,
    )


def _check_folds(leave_out, given):
    """Folds are of no use where one corpus is tested whole."""
    for name, options in given.items() if leave_out is not None else ():
        for key in ("fold", "folds"):
            value = options.get(key)
            if value not in (None, 1):
                where = f" of {name}" if name else ""
                raise ValueError(
                    f"Expected no {key}{where} where a corpus is left out, "
                    f"which is tested whole, but got {value!r}. Leave it out, "
                    "or --leave_out."
                )


def _fold(name, leave_out, fold):
    """Of two parts only where one corpus is left out: see ``divide``."""
    if leave_out is None:
        return fold
    return "whole" if name == leave_out else "source"


def _join(
    clips, joined, disjoint, options, data_folder, manifest_folder, audio_cache
):
    """Write what was joined, unless it is there."""
    content, dropped = joined
    seals = {k: one[SEAL] for k, one in content["corpora"].items()}
    inputs = inputs_hash(manifest_folder, [], [seals, options])
    prepared = find_prepared(manifest_folder, inputs)
    if prepared:
        return prepared
    check_classes(clips, options["labels"], content["mismatch"])
    prove_disjoint(by_split(clips), disjoint)
    borrowed, notes = find_borrowed(clips, data_folder, audio_cache)
    if not options["allow_mismatch"]:
        refuse_borrowed(borrowed, data_folder)
    notes += few_clips(clips, options["labels"])
    for start, kind in (("", borrowed), ("Note on ", notes)):
        if kind:
            lines = [f"{start}{content['corpus']}: {line}" for line in kind]
            logger.warning("%s", shorten(lines))
    content["mismatch"] += borrowed
    content["notes"] += notes
    facts = content | {"options": options, "inputs_sha256": inputs}
    splits = by_split(clips)
    return write_manifests(
        manifest_folder, splits, facts, dropped, disjoint, root=""
    )


def prepare_corpora(data_folder, manifest_folder, **options):
    """Prepare a corpus, or several together.

    Arguments
    ---------
    data_folder : str, Path or dict
        The corpus; or the name of each to its folder.
    manifest_folder, **options
        See ``prepare_corpus``, and of several ``prepare_several``.

    Returns
    -------
    dict
        ``train``, ``valid`` and ``test`` to manifest path (str).

    Raises
    ------
    ValueError
        If an option is for the other of both; and as these.

    Example
    -------
    >>> prepare_corpora({"a": "/a"}, "m", corpus="emodb", labels=["sad", "x"])
    Traceback (most recent call last):
    ValueError: Expected no `corpus` for several corpora, but got 'emodb'. \
Leave it out, or give one data_folder.
    """
    several = isinstance(data_folder, Mapping)
    function = prepare_several if several else prepare_corpus
    taken = {*inspect.signature(function).parameters}
    for name, value in options.items():
        if name not in taken and value is not None:
            kind, other = "several corpora", "one data_folder"
            if not several:
                kind, other = "one corpus", "several in data_folder"
            raise ValueError(
                f"Expected no `{name}` for {kind}, but got {value!r}. Leave it "
                f"out, or give {other}."
            )
    options = {name: v for name, v in options.items() if name in taken}
    return function(data_folder, manifest_folder, **options)


def _take_options_of(function, *others):
    """Let who checks a YAML see what a function hands on."""
    parameters = {}
    for other in others:
        parameters |= inspect.signature(other).parameters
        function.__annotations__ |= kinds(other)
    function.__signature__ = inspect.Signature(
        sorted(parameters.values(), key=lambda each: each.kind)
    )
    function.is_checked, function.hands_on = True, others


_take_options_of(prepare_corpora, prepare_corpus, prepare_several)
