"""What commands that use a trained model take alike."""

from typing import Annotated

import typer

DataFolder = Annotated[
    str | None,
    typer.Option(
        "--data_folder",
        help="What stands for $data_root in tables, and what relative paths "
        "in them begin at. Default: the current folder; for a table whose "
        "first file is not there but beside it, the table's. Of tables of "
        "several corpora: '{emodb: /data/EmoDB, urdu: /data/URDU}'.",
    ),
]
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
