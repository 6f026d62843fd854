"""Nothing of the machine that trained a model goes out with it."""

import re
from pathlib import Path

from speechbrain_zsfuse.errors import shorten

_HIDDEN = "/path/to/{}"
# An absolute path, or one that leaves the folder; not the middle of an address
# (https://…), of a hub id, or of `and/or`.
_PATH = re.compile(r"(?<![\w/:.>)-])(?:~|\.\.|\$\w+)?/[^\s,;'\"{}\[\]()]*")
_OWN = "recipes/"


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
    >>> refuse_traces(folder, ["/home/me"])
    Traceback (most recent call last):
    ValueError: Expected nothing of this machine in what is published, but:
      README.md: /home/me
    Nothing was published. Please report this with the names of these files.
    """
    wanted = {str(trace).encode() for trace in traces}
    found = [
        f"  {path.relative_to(folder)}: {trace.decode()}"
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file()
        for trace in sorted(wanted)
        if trace in path.read_bytes()
    ]
    if found:
        raise ValueError(
            "Expected nothing of this machine in what is published, but:\n"
            f"{shorten(found)}\nNothing was published. Please report this "
            "with the names of these files."
        )
