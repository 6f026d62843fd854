"""The command ``zsfuse grid``: its docstring is the help.

The work is done in the other files; they are imported when it runs, so that
help is quick.
"""

from pathlib import Path
from typing import Annotated

import typer

grid_app = typer.Typer(rich_markup_mode=None)


@grid_app.command(context_settings={"ignore_unknown_options": True})
def grid(
    file: Annotated[
        Path, typer.Argument(metavar="GRID.yaml", help="What to run.")
    ],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="--key=value ...",
            help="Options of the recipe and SpeechBrain's run options, for "
            "all runs, in place of those of the YAML.",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Runs at a time, on CPUs."),
    ] = None,
    gpus: Annotated[
        str | None,
        typer.Option(
            help="0,1: one run a GPU. Default: all, if --jobs is not given."
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry_run",
            help="List the runs and the sound they hear, train nothing.",
        ),
    ] = False,
):
    """Train a recipe many times: encoders by models by folds by seeds.

    What is finished is left, what failed is tried once more, and the others
    go on: failures are listed at the end, with exit status 2. Stopped or
    killed, it goes on with the same command, also from several terminals at
    once. How far it is stands in grid.json of the results folder.

    \b
    recipe: recipes/RAVDESS
    encoders: [small, wavlm]
    alms: [none, {clap: {alm_source: /path/to/clap}}]
    folds: [1, 2]
    seeds: [1000, 2000, 3000]
    options:
        data_folder: /path/to/RAVDESS

    Only recipe is needed. seeds are 1000, 2000 and 3000 if not given; without
    encoders, alms or folds there is one of each, that of the recipe's YAML.
    Names are of YAMLs of the recipe (small, wavlm, hubert_large; none, clap,
    clsp), each perhaps with options of its own.

    Further keys: yaml (default: hparams/<corpus>.yaml), repeats of audio and
    text ([1x1, 1x4]), keep_checkpoints of finished runs (best, the default,
    all or none), jobs, gpus, processes (of torchrun, in each run) and
    submitit (options of its AutoExecutor: runs are jobs of a cluster).

    Then look at the results: zsfuse table FOLDER, or report FOLDER.
    """
    from speechbrain_zsfuse.experiment.grid.run import run_grid

    numbers = None
    if gpus is not None:
        from speechbrain_zsfuse.experiment.study.plan import read_numbers
        from speechbrain_zsfuse.options import Natural

        numbers = [*read_numbers("--gpus", gpus, Natural)]
    run_grid(file, words or (), jobs, numbers, dry_run)
