"""The command ``zsfuse``: one short function a command, its docstring the help.

The work is done in the rooms; they are imported when a command runs, so that
help is quick.
"""

from pathlib import Path
from typing import Annotated

import typer

import speechbrain_zsfuse
from speechbrain_zsfuse.corpora.definitions.commands import corpora_app
from speechbrain_zsfuse.corpora.media.commands import media_app
from speechbrain_zsfuse.corpora.obtaining.commands import obtaining_app
from speechbrain_zsfuse.evaluation.commands import results
from speechbrain_zsfuse.experiment.cross.commands import cross_app
from speechbrain_zsfuse.experiment.endings import explain_errors
from speechbrain_zsfuse.experiment.grid.commands import grid_app
from speechbrain_zsfuse.hub.publishing.commands import publishing
from speechbrain_zsfuse.inference.demo.commands import demo_app
from speechbrain_zsfuse.inference.export.commands import export_app
from speechbrain_zsfuse.inference.labelling.commands import predict_app
from speechbrain_zsfuse.zeroshot.storage.commands import store

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(predict_app)  # beside the others
app.add_typer(media_app)
app.add_typer(obtaining_app)
app.add_typer(results)
app.add_typer(corpora_app)
app.add_typer(grid_app)
app.add_typer(cross_app)
app.add_typer(demo_app)
app.add_typer(publishing)
app.add_typer(export_app)
app.add_typer(store, name="store")


def main(arguments=None):
    """Run the command.

    Arguments
    ---------
    arguments : list of str, optional
        Default: those of the command line.

    Returns
    -------
    int
        Exit status: 0; 1 if what is checked is not as it should be; 2 after an
        error that is told in a few lines, or if the command is not used as its
        help says; 130 after Ctrl-C.

    Example
    -------
    >>> main(["convert", "no-such-file.pt", "folder"])
    2
    """
    try:
        with explain_errors("zsfuse"):
            app(arguments, prog_name="zsfuse")
    except SystemExit as end:  # how typer ends
        return end.code


def _print_version(wanted):
    if wanted:
        print(f"zsfuse {speechbrain_zsfuse.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Show the version and exit.",
        ),
    ] = False,
):
    """Tools around speech emotion recognition with ZS-Fuse."""


@app.command()
def convert(
    checkpoint: Annotated[Path, typer.Argument(help="The downloaded file.")],
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    sha256: Annotated[
        str | None, typer.Option(help="Digits the checkpoint must have.")
    ] = None,
    tokenizer: Annotated[
        str | None,
        typer.Option(help="Hub id or folder to put beside the weights."),
    ] = None,
):
    """Turn an official checkpoint (.pt) into a folder of safetensors.

    CLAP, ReCLAP or another lobe loads it: weights without the optimizer.
    Nothing of the checkpoint is run.
    """
    from speechbrain_zsfuse.hub.convert import convert_checkpoint

    record = convert_checkpoint(checkpoint, folder, sha256, tokenizer)
    print(f"{record['model']}, {record['tensors']} tensors")
    for part in ("checkpoint", "weights"):
        file = record[part]
        size = f"{file['bytes'] / 1e6:.0f} MB"
        print(f"{part:10} {file['file']}  {size}  sha256 {file['sha256']}")
    print(f"Written to {folder}; its history is in conversion.json.")


@app.command()
def hparams(
    file: Annotated[
        str,
        typer.Argument(
            help="A YAML, perhaps with models on top: ravdess.yaml+wavlm+clap."
        ),
    ],
    recipe: Annotated[
        Path | None,
        typer.Option(help="Folder of the recipe that it stands on."),
    ] = None,
):
    """Print a recipe's YAML with all it stands on: plain HyperPyYAML."""
    from speechbrain_zsfuse.experiment.configuration.arguments import find_yaml
    from speechbrain_zsfuse.experiment.configuration.composition import compose

    path, *on_top = find_yaml(file, recipe or Path.cwd())
    bases = recipe / "hparams" if recipe else path.parent
    try:
        text = compose(path, bases, on_top)
    except FileNotFoundError as error:
        if recipe:
            raise
        raise FileNotFoundError(
            f"{error} If it stands on YAMLs of a recipe, name that: --recipe "
            "recipes/RAVDESS, for instance."
        ) from error
    print(text, end="")


@app.command()
def prompts(
    name: Annotated[
        str | None,
        typer.Argument(help="A set: its name, or the path of a YAML file."),
    ] = None,
    labels: Annotated[
        str | None, typer.Option(help="Emotions: angry,sad.")
    ] = None,
):
    """Show what is said of emotions to audio-language models, with sources."""
    from speechbrain_zsfuse.zeroshot.prompt_sets.telling import tell_prompts

    print(tell_prompts(name, labels and labels.split(",")))


@app.command()
def ledger(
    model: Annotated[
        str | None,
        typer.Argument(
            help="Hub id, file or folder, or its name here; or a corpus alone."
        ),
    ] = None,
    corpus: Annotated[
        str | None, typer.Argument(help="Its name, RAVDESS for instance.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--ledger", help="A YAML of your own on top of ours."),
    ] = None,
):
    """Show which corpora models have heard in their training, with sources.

    Scores of a model are zero-shot only on a corpus that is clean for it.
    """
    from speechbrain_zsfuse.experiment.ledger import tell_ledger

    print(tell_ledger(model, corpus, file))


@app.command(context_settings={"ignore_unknown_options": True})
def study(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="YAML --data_folder=...",
            help="A YAML of a recipe, perhaps with a model on top, and what "
            "differs from it: its keys and SpeechBrain's run options.",
        ),
    ],
    alms: Annotated[
        str | None,
        typer.Option(
            help="Models to lay on top, one after the other: clap,clsp; "
            "clap=/path/to/it takes one from there. Default: that of the YAML."
        ),
    ] = None,
    split: Annotated[
        str, typer.Option(help="Clips: test, valid, train or all.")
    ] = "test",
    folds: Annotated[
        str | None,
        typer.Option(help="1,2 takes their clips together. Default: one."),
    ] = None,
    audio_repeats: Annotated[
        str, typer.Option("--audio_repeats", help="a, each from 1 to 100.")
    ] = "1,2,3,4",
    text_repeats: Annotated[
        str, typer.Option("--text_repeats", help="t, each from 1 to 100.")
    ] = "1,2,3,4",
    recipe: Annotated[
        Path | None,
        typer.Option(help="Its folder, if the YAML lies elsewhere."),
    ] = None,
    fused: Annotated[
        bool,
        typer.Option(
            "--fused",
            help="Train the recipe at all repeats, too: the paper's Table II.",
        ),
    ] = False,
    seeds: Annotated[
        str | None,
        typer.Option(
            help="Of training, with --fused. Default: 1000,2000,3000."
        ),
    ] = None,
    cells: Annotated[
        str | None,
        typer.Option(help="With --fused, some of a by t: 1x1,1x4."),
    ] = None,
):
    """Zero-shot UAR of frozen models on a corpus, under all repeats.

    The corpus is prepared, each clip heard once for each input that differs,
    and tables and heat maps written to study/ in the results folder. Killed,
    it goes on when it is started again. With torchrun -m speechbrain_zsfuse.cli
    study, processes share the work.

    With --fused, train.py of the recipe is run at all repeats and seeds, and
    without the model, one run after the other; what is finished is not done
    again. Then Table II is written.
    """
    training = {"seeds": seeds, "cells": cells}
    training = {k: v for k, v in training.items() if v is not None}
    if fused:
        from speechbrain_zsfuse.experiment.fused.command import run_fused

        training["audio_repeats"] = audio_repeats
        training["text_repeats"] = text_repeats
        others = {"alms": alms, "folds": folds, "split": split}
        run_fused(words, others=others, recipe=recipe, **training)
        return
    for name in training:
        raise ValueError(
            f"Expected --{name} with --fused, but got it without: nothing is "
            f"trained. Add --fused, or leave --{name} out."
        )
    from speechbrain_zsfuse.experiment.study.command import run_study

    run_study(
        words,
        alms=alms,
        split=split,
        folds=folds,
        audio_repeats=audio_repeats,
        text_repeats=text_repeats,
        recipe=recipe,
    )


if __name__ == "__main__":  # torchrun starts modules, not commands
    raise SystemExit(main())
