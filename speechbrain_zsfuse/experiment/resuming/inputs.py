"""What a run was begun with, and whether it is still that.

Settings and code are compared in ``claim.py``; here is what they do not show:
the clips, their labels and sound; what scored them; the weights that training
starts from; SpeechBrain's options that no YAML sets. All of it is kept in
``inputs.json`` when training begins. With other inputs it would be another
run, which is refused, both values named. What changes last digits only, such
as the number of processes, is said and recorded.
"""

import logging
from pathlib import Path

from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.files import read_json, write_json

logger = logging.getLogger(__name__)

_FILE = "inputs.json"
REMARKS, _CIRCUMSTANCES = "remarks", "circumstances"


def is_begun(folder):
    """Whether something was trained in a run's folder.

    Example
    -------
    >>> is_begun(getfixture("tmpdir"))
    False
    """
    return any(Path(folder).glob("save/CKPT*"))


def compare_facts(before, now, words=("there", "now")):
    """Say where facts differ, both values side by side.

    Arguments
    ---------
    before, now : dict
        Name to JSON value.
    words : (str, str)
        Where, or when, the two values stand.

    Returns
    -------
    list of str

    Example
    -------
    >>> compare_facts({"clip a": "sad", "clip b": "sad"}, {"clip a": "happy"})
    ["clip a: 'sad' there, 'happy' now", "clip b: 'sad' there, nothing now"]
    """

    def show(facts, name):
        return repr(facts[name]) if name in facts else "nothing"

    return [
        f"{name}: {show(before, name)} {words[0]}, {show(now, name)} {words[1]}"
        for name in {**before, **now}
        if show(before, name) != show(now, name)
    ]


def check_inputs(folder, kind, facts, test_only=False):
    """Compare inputs with those that training began with; main process.

    Until there is a checkpoint, nothing has begun, and they are noted.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run.
    kind : str
        What they are: "clips", "scores", "options" …
    facts : dict
        Name to JSON value.
    test_only : bool
        Then nothing is refused, and nothing noted.

    Returns
    -------
    list of str
        Where a run that is only tested has other inputs than it was trained
        with.

    Raises
    ------
    ValueError
        If training would go on with others.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> check_inputs(folder, "clips", {"clip a": "sad"})
    []
    >>> (folder / "save" / "CKPT+1").mkdir(parents=True)
    >>> check_inputs(folder, "clips", {"clip a": "happy"}, test_only=True)
    ["tested with other clips: clip a: 'sad' there, 'happy' now"]
    """
    known = _read(folder)
    before = known.get(kind) if is_begun(folder) else None
    changed = [] if before is None else compare_facts(before, facts)
    if changed and not test_only:
        raise ValueError(
            f"Expected {folder} to go on with the {kind} that it was begun "
            "with, but they are others now:\n"
            f"{shorten([f'  {line}' for line in changed])}\n"
            "Put the old ones back, give another --experiment, or delete the "
            "run."
        )
    if before is None and not test_only:
        _write(folder, known | {kind: facts})
    if not changed:
        return []
    remark = f"tested with other {kind}: {changed[0]}"
    remark += f", and {len(changed) - 1} more" if changed[1:] else ""
    logger.warning("The run is %s", remark)
    return [remark]


def known_inputs(folder, kind):
    """Facts that training began with, or None if it has not begun.

    Example
    -------
    >>> known_inputs(getfixture("tmpdir"), "clips") is None
    True
    """
    return _read(folder).get(kind) if is_begun(folder) else None


def have_same(folder, other, kinds):
    """Whether two runs were noted to have the same inputs; main process.

    Arguments
    ---------
    folder, other : str or Path
        Output folders, begun or not.
    kinds : iterable of str
        See ``check_inputs``.

    Returns
    -------
    bool

    Example
    -------
    >>> folders = [Path(getfixture("tmpdir")) / name for name in "ab"]
    >>> for folder, emotion in zip(folders, ("sad", "happy")):
    ...     _ = check_inputs(folder, "clips", {"clip a": emotion})
    >>> have_same(*folders, ["clips"]), have_same(*folders, ["weights"])
    (False, True)
    """
    one, two = _read(folder), _read(other)
    return all(one.get(kind) == two.get(kind) for kind in kinds)


def remark_circumstances(folder, facts):
    """Note under what circumstances training goes on; main process.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run.
    facts : dict
        Name to JSON value, for instance the number of processes.

    Returns
    -------
    list of str
        Every change since training began, this one included.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> remark_circumstances(folder, {"processes": 1})
    []
    >>> (folder / "save" / "CKPT+1").mkdir(parents=True)
    >>> remark_circumstances(folder, {"processes": 2})
    ['processes: 1 before, 2 after']
    """
    known, words = _read(folder), ("before", "after")
    begun = known if is_begun(folder) else {}
    before = begun.get(_CIRCUMSTANCES)
    changed = [] if before is None else compare_facts(before, facts, words)
    for line in changed:
        logger.warning("The run goes on, but not as it was begun: %s.", line)
    remarks = (begun.get(REMARKS) or []) + changed
    _write(folder, known | {_CIRCUMSTANCES: facts, REMARKS: remarks})
    return remarks


def _read(folder):
    path = Path(folder) / _FILE
    advice = "Delete it to go on without comparing."
    return read_json(path, advice) if path.exists() else {}


def _write(folder, facts):
    write_json(Path(folder) / _FILE, facts)
