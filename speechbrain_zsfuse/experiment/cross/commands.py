"""The command ``zsfuse cross``: its docstring is the help.

The work is done in the other files; they are imported when it runs, so that
help is quick.
"""

from pathlib import Path
from typing import Annotated

import typer

cross_app = typer.Typer(rich_markup_mode=None)


@cross_app.command(context_settings={"ignore_unknown_options": True})
def cross(
    file: Annotated[
        Path | None, typer.Argument(metavar="CROSS.yaml", help="What to cross.")
    ] = None,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="--key=value ...",
            help="Options of all recipes and SpeechBrain's run options.",
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Runs at a time, on CPUs.")
    ] = None,
    gpus: Annotated[
        str | None, typer.Option(help="0,1: one run a GPU. Default: all.")
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry_run",
            help="Prepare and check all corpora and pairs, train nothing.",
        ),
    ] = False,
    table: Annotated[
        Path | None,
        typer.Option(
            help="Results folder of a crossing: only make the matrix anew, "
            "from its files alone."
        ),
    ] = None,
):
    """Train on each of several corpora, test on all of them: one matrix.

    A model is tested on the whole of each corpus but its own, of which it is
    tested on the test speakers of its fold. UAR is over the classes that both
    share, and over all of the target, with intervals by speakers and with what
    changes: language, acted or natural, expressed or perceived, words. Frozen
    audio-language models are also asked alone, for the words of each target.

    All corpora are prepared and all pairs checked before anything is trained.
    Killed, the same command goes on.

    \b
    corpora:
        emodb: {recipe: recipes/Corpora, yaml: hparams/emodb.yaml,
                data_folder: /path/to/EmoDB}
        ravdess: {recipe: recipes/RAVDESS, data_folder: /path/to/RAVDESS}
    encoders: [small]
    alms: [none]
    seeds: [1000]
    folds: [1]

    Only corpora is needed. Of a corpus there may also be labels (a list, or
    four, six, seven, eight, eight_calm), merge, clips (whole or test), part,
    balanced ({per_class: 60, speakers: 10}), folds in place of those of all
    ([official], or [source] to train on all of it), about and options of its
    recipe.
    Further keys: sources, targets, labels for all, set (voxemo, emobox: the
    corpora, classes and clips of these papers), options, results_folder, jobs,
    gpus, processes.
    """
    if (file is None) == (table is None):
        raise ValueError(
            "Expected the YAML of a crossing, or --table with its results "
            f"folder, but got {'both' if file else 'none'}. Give one of them."
        )
    if table is not None:
        from speechbrain_zsfuse.evaluation.cross.matrix import build_matrix
        from speechbrain_zsfuse.evaluation.cross.report import write_matrix
        from speechbrain_zsfuse.evaluation.cross.tables import format_matrix

        matrix = build_matrix(table)
        print(format_matrix(matrix))
        for path in write_matrix(table, matrix):
            print(f"Written to {path}.")
        return
    from speechbrain_zsfuse.experiment.cross.run import run_cross

    numbers = None
    if gpus is not None:
        from speechbrain_zsfuse.experiment.study.plan import read_numbers
        from speechbrain_zsfuse.options import Natural

        numbers = [*read_numbers("--gpus", gpus, Natural)]
    run_cross(file, words or (), jobs, numbers, dry_run)
