"""Places of the machine that trained a model: what its run names is found, and
nothing of it goes out.

Settings are read as text; nothing of them is run.
"""

import re
from pathlib import Path

from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.loading.yaml_text import parse_yaml, read_text

_SETTINGS = "hyperparams.yaml"
_REFERENCE = re.compile(r"<(\w+)>")
_NAMED = re.compile(r"(?<![\w/:.>-])/[^\s,;'\"{}\[\]()<>]+")
_HIDDEN = "/path/to/{}"
# An absolute path, or one that leaves the folder; not the middle of an address
# (https://…), of a hub id, or of `and/or`.
_PATH = re.compile(r"(?<![\w/:.>)-])(?:~|\.\.|\$\w+)?/[^\s,;'\"{}\[\]()]*")
_OWN = "recipes/"


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
    Path, dict or None
        Of several corpora, corpus to Path. None if it was given none, or if it
        is not here any more.

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
    several = tree.get(key)
    if isinstance(several, dict):
        found = {name: _find({**tree, **several}, name) for name in several}
        return found if all(found.values()) else None
    return _find(tree, key)


def _find(tree, key):
    value = _resolve(tree, key)
    return Path(value) if value and Path(value).exists() else None


def _resolve(tree, key, depth=9):
    """Text of a key, its references followed; None if it has none."""
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
            own |= {Path(found) for found in _NAMED.findall(text)}
    return {str(path) for path in own if len(path.parts) > 1 and path.exists()}


def hide_paths(words):
    """A command without the folders of one machine.

    Arguments
    ---------
    words : list of str
        Of a command line.

    Returns
    -------
    list of str

    Example
    -------
    >>> words = ["/opt/python", "/home/me/zsfuse/recipes/RAVDESS/train.py"]
    >>> words += ["hparams/ravdess.yaml", "--data_folder=/data/My RAVDESS"]
    >>> hide_paths([*words, "--alm={source: /home/me/clap}", "--seed=1000"])
    ['python', 'recipes/RAVDESS/train.py', 'hparams/ravdess.yaml', \
'--data_folder=/path/to/data_folder', '--alm={source: /path/to/alm}', \
'--seed=1000']
    """
    return [_hide(word) for word in words]


def _hide(word):
    option, equals, value = word.partition("=")
    if not (equals and option.startswith("-")):
        own = word.find(_OWN)
        if own >= 0:
            return word[own:]
        return Path(word).name if _is_local(word) else word
    place = _HIDDEN.format(option.lstrip("-"))
    if _is_local(value):  # whole, for its names may hold blanks
        return f"{option}={place}"
    return f"{option}={_PATH.sub(place, value)}"


def _is_local(word):
    return word.startswith(("/", "~", "..", "$"))


def hide_in_text(text):
    """A sentence without the folders of one machine.

    Arguments
    ---------
    text : str

    Returns
    -------
    str

    Example
    -------
    >>> hide_in_text("begun with /home/me/a.ckpt and/or https://a.org/b")
    'begun with /path/to/it and/or https://a.org/b'
    """
    return _PATH.sub(_HIDDEN.format("it"), text)


def refuse_traces(folder, traces):
    """Raise a ValueError if a file of a folder names a place of this machine.

    Arguments
    ---------
    folder : str or Path
        About to be published.
    traces : iterable of str or Path
        What no file may hold: folders of this machine.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "README.md").write_text("trained in /home/me/results")
    >>> refuse_traces(folder, ["/me", "/home/m"])
    >>> refuse_traces(folder, ["/home/me"])
    Traceback (most recent call last):
    ValueError: Expected nothing of this machine in what is published, but:
      README.md: /home/me
    Nothing was published. Please report this with the names of these files.
    """
    wanted, found = sorted({str(trace) for trace in traces}), []
    for path in sorted(Path(folder).rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        name = path.relative_to(folder)
        found += [
            f"  {name}: {trace}"
            for trace in wanted
            if _names(content, trace.encode())
        ]
    if found:
        raise ValueError(
            "Expected nothing of this machine in what is published, but:\n"
            f"{shorten(found)}\nNothing was published. Please report this "
            "with the names of these files."
        )


def _names(content, place):
    """Whether a place is named, whole: /data is not by /path/to/data_folder."""
    if place not in content:  # this is much quicker
        return False
    return bool(re.search(rb"(?<!\w)%b(?!\w)" % re.escape(place), content))
