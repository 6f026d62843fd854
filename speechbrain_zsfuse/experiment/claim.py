"""May this run be in this folder? Said before a model is loaded.

A folder belongs to one run: its settings, its code. What was begun with
others is never gone on with, what is finished is not done again, and two
processes are never at work in one.
"""

from pathlib import Path

from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.experiment.configuration.references import (
    part,
    resolve,
)
from speechbrain_zsfuse.experiment.configuration.settings import differences
from speechbrain_zsfuse.experiment.configuration.trees import read_yaml
from speechbrain_zsfuse.experiment.lock import lock_run
from speechbrain_zsfuse.experiment.resuming.inputs import is_begun
from speechbrain_zsfuse.experiment.source_code import (
    KEPT,
    changed_code,
    keep_code,
)
from speechbrain_zsfuse.files import clear_unfinished, write_text

_SETTINGS = "hyperparams.yaml"
_LAST = "metrics.json"  # what a run writes at its very end


def claim_folder(folder, text, code, test_only=False):
    """Take a folder for a run, or say why not; on the main process.

    Its ``hyperparams.yaml`` is written, complete: it can be run again by
    itself. References stay, so that what is overridden then reaches
    everything. The code is kept beside it, in ``code/``. The folder of a
    finished run is left as it is, and so is what is said of one that is tested.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run.
    text : str
        Complete HyperPyYAML.
    code : dict
        File name to Path, see ``find_code``.
    test_only : bool
        Whether the run must be there already.

    Raises
    ------
    FileNotFoundError
        If there is no checkpoint, and it shall only be tested.
    RuntimeError
        If another process is at work there.
    ValueError
        If what was trained there had other settings or other code.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> claim_folder(folder, "lr: 1\\nrate: !ref <lr>\\n", code={})
    >>> print((folder / "hyperparams.yaml").read_text())
    lr: 1
    rate: !ref <lr>
    <BLANKLINE>
    """
    folder = Path(folder)
    if test_only and not is_begun(folder):
        if is_finished(folder):
            raise FileNotFoundError(
                f"Expected a checkpoint to evaluate in {folder}/save, but it "
                "was removed after the run was finished, as a grid with "
                "keep_checkpoints: none does. What it predicted is in "
                "predictions_test.csv. To evaluate it again, delete the run "
                "and train it again."
            )
        raise FileNotFoundError(
            f"Expected a checkpoint to evaluate in {folder}/save, but there is "
            "none. Train first (leave out --test_only), or give the "
            "hyperparams.yaml of a finished run."
        )
    if is_finished(folder) and not test_only:
        _check_same(folder, text, code)
        return
    lock_run(folder)  # from here on nothing changes but by this process
    clear_unfinished(folder)
    trained = is_begun(folder) or is_finished(folder)
    if trained:
        _check_same(folder, text, code)
    saved = folder / _SETTINGS
    if test_only and saved.exists():
        return
    write_text(saved, text)
    if not trained or not (folder / KEPT).is_dir():
        keep_code(folder, code)


def results_folder(folder):
    """Where the folders of all runs are, of one and its like.

    Arguments
    ---------
    folder : str or Path
        Output folder of a run.

    Returns
    -------
    Path or None
        As its settings say; None if they do not, or if it was moved.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir")) / "mine" / "1000"
    >>> _ = write_text(folder / "hyperparams.yaml", "seed: 1000\\n")
    >>> results_folder(folder) is None
    True
    """
    saved, key = Path(folder) / _SETTINGS, "results_folder"
    if not saved.is_file():
        return None
    found = resolve(part(saved.read_text(encoding="utf-8"), [key])).get(key)
    above = found and Path(found).resolve() in Path(folder).resolve().parents
    return Path(found) if above else None


def is_finished(folder):
    """Whether a run was tested, and has written all there is.

    Example
    -------
    >>> is_finished(getfixture("tmpdir"))
    False
    """
    return (Path(folder) / _LAST).is_file()


def _check_same(folder, text, code):
    saved = folder / _SETTINGS
    old = saved.read_text(encoding="utf-8") if saved.exists() else text
    changed = differences(old, text)
    if changed:
        raise ValueError(
            f"{folder} holds a run with other settings:\n"
            f"{shorten([f'  {line}' for line in changed])}\n"
            f"Give another {_way_elsewhere(text)}, or delete it."
        )
    changed = changed_code(folder, code)
    if changed:
        raise ValueError(
            f"{folder} holds a run with other code: {', '.join(changed)}, kept "
            f"in {folder / KEPT}. Give another {_way_elsewhere(text)}, put "
            "the old code back, or delete the run."
        )


def _way_elsewhere(text):
    """Options that lead to another folder; a run that was moved by itself
    has but one."""
    place = read_yaml(text).get("output_folder", "<experiment>")
    place = getattr(place, "value", place)  # of a reference
    return "--experiment" if "<experiment>" in place else "--output_folder"
