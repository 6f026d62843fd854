"""Which models' answers shall go: choices to be combined.

Each takes a list of ``Holding`` and returns those that it chooses. This file
removes nothing.
"""

import time

from speechbrain_zsfuse.errors import show, unreadable
from speechbrain_zsfuse.folders import find_files
from speechbrain_zsfuse.options import NotNegative, check

_DAY = 24 * 3600  # seconds
_RUN = ("run.json", "zero_shot_scores.json", "study.json")


def unnamed_by_runs(folders):
    """Chooses models that no run names in its files.

    Arguments
    ---------
    folders : list of str or Path
        Runs lie in them, at any depth, and behind links.

    Returns
    -------
    callable
        A choice.

    Raises
    ------
    FileNotFoundError
        If there is no run in one of them: then all would go.
    PermissionError
        If a folder in them cannot be read: there may be runs in it.

    Example
    -------
    >>> unnamed_by_runs(["results"])
    Traceback (most recent call last):
    FileNotFoundError: Expected runs or studies in results, but there is no \
run.json, zero_shot_scores.json, study.json in it or below. Give the \
`results_folder` of a YAML.
    """
    files = []
    for folder in folders:
        found = find_files(folder, (".json",))
        if not any(path.name in _RUN for path in found):
            raise FileNotFoundError(
                f"Expected runs or studies in {folder}, but there is no "
                f"{', '.join(_RUN)} in it or below. Give the `results_folder` "
                "of a YAML."
            )
        files += found

    def choose(holdings):
        unnamed = list(holdings)
        for path in files:
            text = _read(path)
            unnamed = [h for h in unnamed if h.model.encode() not in text]
        return unnamed

    return choose


def _read(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def called(name):
    """Chooses models by name, or by the first digits of the fingerprint.

    Arguments
    ---------
    name : str
        "CLAP laion/clap-htsat-unfused", either of its two words, or at least
        four digits.

    Returns
    -------
    callable
        A choice. It raises a ValueError if there is none.

    Example
    -------
    >>> called("CLAP")([])
    Traceback (most recent call last):
    ValueError: Expected a model of the store, but got 'CLAP'. It holds none.
    """

    def choose(holdings):
        found = [
            holding
            for holding in holdings
            if name in (holding.use.name, *holding.use.name.split(" ", 1))
            or (len(name) >= 4 and holding.model.startswith(name))
        ]
        if not found:
            titles = ", ".join(holding.title for holding in holdings) or "none"
            raise ValueError(
                f"Expected a model of the store, but got {show(name)}. It "
                f"holds {titles}."
            )
        return found

    return choose


def unused_for(days, now=None):
    """Chooses models that were not used for so many days.

    Of those that an older version stored, nobody knows: they are left.

    Arguments
    ---------
    days : float
    now : float, optional
        Seconds since 1970.

    Returns
    -------
    callable
        A choice.

    Example
    -------
    >>> unused_for(30)([])
    []
    """
    limit = (time.time() if now is None else now) - days * _DAY

    def choose(holdings):
        return [h for h in holdings if h.use.last and h.use.last < limit]

    return choose


def of_options(results=None, name=None, days=None):
    """Chooses what all given options choose; without one, nothing.

    Arguments
    ---------
    results : list of Path, optional
        See ``unnamed_by_runs``.
    name : str, optional
        See ``called``.
    days : float, optional
        See ``unused_for``.

    Returns
    -------
    callable
        A choice.

    Raises
    ------
    FileNotFoundError, ValueError
        If an option is not what it may be.

    Example
    -------
    >>> of_options()(["a holding"])
    []
    """
    choices = []
    if results:
        choices.append(unnamed_by_runs(results))
    if name is not None:
        choices.append(called(name))
    if days is not None:
        choices.append(unused_for(check("--unused_for", days, NotNegative)))

    def choose(holdings):
        chosen = [choice(holdings) for choice in choices]
        return [
            holding
            for holding in holdings
            if chosen and all(holding in one for one in chosen)
        ]

    return choose
