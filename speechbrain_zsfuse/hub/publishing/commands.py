"""The command ``zsfuse publish``: its docstring is the help.

The work is done in the other files; they are imported when the command runs, so
that help is quick.
"""

from pathlib import Path
from typing import Annotated

import typer

publishing = typer.Typer()


@publishing.command()
def publish(
    run: Annotated[
        Path, typer.Argument(help="Output folder of a finished run.")
    ],
    folder: Annotated[Path, typer.Argument(help="Where to: a new folder.")],
    licence: Annotated[
        str | None,
        typer.Option(
            help="Of the trained weights, as the hub spells it. Default: what "
            "follows from speech model and corpus, if it does."
        ),
    ] = None,
    alm: Annotated[
        str | None,
        typer.Option(
            metavar="copy|reference",
            help="Whether the audio-language model goes out, too. Default: "
            "named if it is on the hub, else copied if its licence is free.",
        ),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(help="A YAML of your own on models and corpora."),
    ] = None,
    audio: Annotated[
        str | None,
        typer.Option(
            help="Folder of the corpus, if it was moved; of several, "
            "'{emodb: /data/EmoDB, …}'."
        ),
    ] = None,
    push: Annotated[
        str | None,
        typer.Option(metavar="OWNER/NAME", help="Upload it to the hub."),
    ] = None,
    public: Annotated[
        bool,
        typer.Option("--public/--private", help="Who sees what is uploaded."),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask before --public.")
    ] = False,
):
    """Make a finished run a model for others: weights, settings, a card.

    The folder is loaded once, and must answer the test clips as the run did.
    Nothing of your machine is in it, no speaker is named, and no recording of
    the corpus copied. Read its README.md before you give it away.

    \b
    zsfuse publish results/RAVDESS/zsfuse/1000 my_model
    zsfuse publish results/RAVDESS/zsfuse/1000 my_model --push me/my_model
    """
    from speechbrain_zsfuse.hub.publishing import (
        publish as work,
        push as upload,
    )

    if push:
        upload.check_repository(push)
        if public and not yes:
            typer.confirm(
                f"Everybody will see and may copy {push}. Go on?", abort=True
            )
    elif public:
        raise ValueError(
            "Expected --public with --push OWNER/NAME, but got it alone: "
            "nothing is uploaded. Add --push, or leave it out."
        )
    options = {"licence": licence, "alm": alm, "ledger": ledger}
    for line in work.publish(run, folder, place=push, audio=audio, **options):
        print(line)
    if push:
        print(f"Uploaded: {upload.push(folder, push, public)}")
    else:
        print(
            f"Its card is {folder}/README.md. To upload it: the same command "
            "with --push OWNER/NAME."
        )
