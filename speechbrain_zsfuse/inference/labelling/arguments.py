"""What commands that use a trained model take alike."""

from typing import Annotated

import typer

ModelName = Annotated[
    str,
    typer.Argument(
        help="Folder of a run, published folder or hub id; or clap=PLACE "
        "(clsp, reclap, paraclap): any words, without training."
    ),
]
AlmPlace = Annotated[
    str | None,
    typer.Option(
        help="Where the audio-language model of MODEL lies now, if it is "
        "not where MODEL says."
    ),
]
