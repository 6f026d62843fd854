"""What the saved YAML of a run says of this machine: read as text, not run."""

import re
from pathlib import Path

from speechbrain_zsfuse.loading.yaml_text import parse_yaml, read_text

_SETTINGS = "hyperparams.yaml"
_REFERENCE = re.compile(r"<(\w+)>")
_PATH = re.compile(r"(?<![\w/:.>-])/[^\s,;'\"{}\[\]()<>]+")


def read_place(run, key):
    """A file or folder that a run was given.

    Arguments
    ---------
    run : str or Path
        Its output folder.
    key : str
        Of its YAML: ``data_folder`` or ``ledger``.

    Returns
    -------
    Path or None
        None if it was given none, or if it is not here any more.

    Example
    -------
    >>> run = Path(getfixture("tmpdir"))
    >>> text = f"results: {run}\\ndata_folder: !ref <results>"
    >>> _ = (run / "hyperparams.yaml").write_text(text)
    >>> read_place(run, "data_folder") == run
    True
    >>> read_place(run, "ledger")
    """
    path = Path(run) / _SETTINGS
    if not path.is_file():
        return None
    tree = parse_yaml(read_text(path), f"in {path}") or {}
    value = _resolve(tree, key)
    return Path(value) if value and Path(value).exists() else None


def _resolve(tree, key, depth=9):
    """Text of a top-level key, its references followed; None if it has none."""
    value = tree.get(key)
    value = getattr(value, "value", value)  # of a tagged scalar
    if not isinstance(value, str) or not depth:
        return None
    return _REFERENCE.sub(
        lambda found: _resolve(tree, found[1], depth - 1) or "", value
    )


def find_traces(run):
    """Places of this machine that a run names.

    Arguments
    ---------
    run : str or Path
        Its output folder.

    Returns
    -------
    set of str
        The run's folder, the user's, the one in which the command is given,
        and all paths in its record and settings that exist.

    Example
    -------
    >>> str(Path.home()) in find_traces(getfixture("tmpdir"))
    True
    """
    own = {Path(run).absolute(), Path(run).resolve(), Path.home(), Path.cwd()}
    for name in ("run.json", _SETTINGS):
        path = Path(run) / name
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            own |= {Path(found) for found in _PATH.findall(text)}
    return {str(path) for path in own if len(path.parts) > 1 and path.exists()}
