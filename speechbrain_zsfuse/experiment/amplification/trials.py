"""Trials: short runs of a run's own recipe, one a combination of repeats, that
end with their validation. Their test data are never evaluated.
"""

import shutil
from pathlib import Path

from speechbrain_zsfuse.evaluation.fields import VALIDATION
from speechbrain_zsfuse.experiment.configuration.trees import read_yaml
from speechbrain_zsfuse.experiment.launching.planning import pass_on, plan_run
from speechbrain_zsfuse.experiment.launching.running import do_run
from speechbrain_zsfuse.experiment.resuming.inputs import have_same
from speechbrain_zsfuse.files import read_json
from speechbrain_zsfuse.progress import show_bar

_FOLDER = "choice"
_SETTINGS = "hyperparams.yaml"


def try_cells(hparams, cells, epochs, run_opts):
    """Train each combination for some epochs; main process.

    Arguments
    ---------
    hparams : dict
        ``recipe``, the path of ``train.py``, and ``output_folder``, in which
        its settings are.
    cells : list of Cell
    epochs : int
        Of each trial.
    run_opts : RunOptions

    Returns
    -------
    dict
        Cell to the highest UAR of an epoch on the validation split.

    Raises
    ------
    RuntimeError
        If a trial fails, see ``do_run``.

    Example
    -------
    >>> hparams = {"output_folder": getfixture("tmpdir"), "recipe": "train.py"}
    >>> try_cells(hparams, [], 3, {"overridden_args": ()})
    {}
    """
    folder, uars = Path(hparams["output_folder"]), {}
    with show_bar(
        cells, "Trying repeats", total=len(cells), unit=" run"
    ) as bar:
        for cell in bar:
            bar.set_postfix_str(str(cell))
            place = _place(folder, cell)
            words = [
                folder / _SETTINGS,
                f"--output_folder={place}",
                f"--experiment={place.name}",
                f"--zero_shot={{audio_repeats: {cell[0]}, "
                f"text_repeats: {cell[1]}}}",
                f"--number_of_epochs={epochs}",
                "--evaluate_test=no",
            ]
            known = read_yaml((folder / _SETTINGS).read_text(encoding="utf-8"))
            words += pass_on(run_opts, known)
            uars[cell] = _try(plan_run(hparams["recipe"], words), folder)
    return uars


def read_trials(folder, cells):
    """What trials of a run came to.

    Arguments
    ---------
    folder : Path
        Output folder of the run.
    cells : iterable of Cell

    Returns
    -------
    dict or None
        See ``try_cells``; None unless all of them are there.

    Example
    -------
    >>> read_trials(Path(getfixture("tmpdir")), [(1, 1)]) is None
    True
    """
    places = {cell: _place(folder, cell) for cell in cells}
    if not all((place / VALIDATION).is_file() for place in places.values()):
        return None
    return {cell: _read(place) for cell, place in places.items()}


def _place(folder, cell):
    return folder / _FOLDER / f"a{cell[0]}t{cell[1]}"


def _read(place):
    """The UAR of the fused answer, also where the head would fall back."""
    found = read_json(place / VALIDATION, "Delete it: it is tried again.")
    if "fallback" in found:
        return found["fallback"]["valid_UAR"]["with_scores"]
    return found["valid"]["UAR"]


def _try(run, whole):
    """UAR of a trial; its weights, which may be gigabytes, are not kept."""
    found = run.folder / VALIDATION
    same = have_same(run.folder, whole, ("clips", "weights"))
    if not (same and run.is_done(VALIDATION)):
        found.unlink(missing_ok=True)  # of other settings or clips
    do_run(run, VALIDATION)
    shutil.rmtree(run.folder / "save", ignore_errors=True)
    return _read(run.folder)
