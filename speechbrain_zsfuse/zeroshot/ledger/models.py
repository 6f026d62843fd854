"""Which entry of the ledger a model is: by hub id, path, file or origin."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from speechbrain_zsfuse.loading.configs import read_object


class Found(NamedTuple):
    """The entry of a model.

    Attributes
    ----------
    name : str or None
        Its key in the ledger; None: it has none.
    same_weights : bool
        False if a local folder only says that it began with that model, or if
        the name of its file is that of others, too: then what it was trained on
        since is not known.

    Example
    -------
    >>> Found("WavLM Base").same_weights
    True
    """

    name: str | None = None
    same_weights: bool = True


def find_model(model, ledger):
    """Find a model in the ledger.

    Arguments
    ---------
    model : str, Path, dict or None
        Hub id, path of a file or folder, or an entry's name; or what
        ``run.json`` holds of an encoder or score source: ``class`` and
        ``source``.
    ledger : Ledger

    Returns
    -------
    Found

    Raises
    ------
    ValueError
        If a local folder's own ``config.json`` or ``conversion.json`` cannot
        be read.

    Example
    -------
    >>> from speechbrain_zsfuse.zeroshot.ledger.entries import read_ledger
    >>> find_model("yfyeung/CLSP", read_ledger())
    Found(name='CLSP', same_weights=True)
    >>> find_model("downloads/630k-best.pt", read_ledger()).name
    'LAION-CLAP 630k'
    >>> find_model("results/mine", read_ledger()).name is None
    True
    """
    if not isinstance(model, Mapping) and str(model) in ledger.models:
        return Found(str(model))
    facts = model if isinstance(model, Mapping) else {"source": model}
    source, lobe = facts.get("source"), facts.get("class")
    if not source:
        return Found()
    source = hub_id(str(source))
    if name := _by_source(source, ledger):
        return Found(name)
    found = _by_file(source, lobe, ledger)
    return found if found.name else _by_folder(source, lobe, ledger)


def hub_id(source):
    """That of a snapshot in the cache of the hub; else the source itself.

    Arguments
    ---------
    source : str

    Returns
    -------
    str

    Example
    -------
    >>> hub_id("/cache/models--yfyeung--CLSP/snapshots/" + "0" * 40)
    'yfyeung/CLSP'
    """
    snapshot = r"(?:^|/)models--([^/]+?)--([^/]+)/snapshots/[0-9a-f]{40}/?$"
    found = re.search(snapshot, Path(source).as_posix())
    return f"{found[1]}/{found[2]}" if found else source


def _by_source(source, ledger):
    """The entry of a hub id, whose case does not count, or of a path."""
    for name, entry in ledger.models.items():
        hub_ids = map(str.casefold, entry.sources)
        paths = {Path(one).absolute() for one in entry.sources}
        if source.casefold() in hub_ids or Path(source).absolute() in paths:
            return name
    return None


def _by_file(source, lobe, ledger):
    """The entry of the name of a file; some need their class, too, and are
    still what anybody's training calls its file."""
    file, lobe = Path(source).name, str(lobe or "").rpartition(".")[2]
    for name, entry in ledger.models.items():
        if file in entry.files and entry.lobe in (None, lobe):
            return Found(name, same_weights=entry.lobe is None)
    return Found()


def _by_folder(source, lobe, ledger):
    """What a local folder says of its origin."""
    converted = _read(source, "conversion.json").get("checkpoint")
    if isinstance(converted, Mapping):  # the same weights in another file
        return _by_file(converted.get("file", ""), lobe, ledger)
    files = Path(source).glob("*") if Path(source).is_dir() else ()
    known = {_by_file(file, lobe, ledger) for file in files} - {Found()}
    if len(known) == 1:  # of several, who knows which is loaded
        return known.pop()
    # Where transformers loaded it from, before it was trained and saved.
    begun = _read(source, "config.json").get("_name_or_path")
    name = _by_source(str(begun), ledger) if begun else None
    return Found(name, same_weights=False) if name else Found()


def _read(folder, name):
    """As strictly as who loads the model, and no more."""
    path = Path(folder) / name
    return read_object(path) if path.is_file() else {}
