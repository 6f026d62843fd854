"""The command ``zsfuse export``: its docstring is the help.

The work is done in the other files; they are imported when it runs, so that
help is quick.
"""

from pathlib import Path
from typing import Annotated

import typer

from speechbrain_zsfuse.inference.labelling.arguments import (
    AlmPlace,
    DataFolder,
)

export_app = typer.Typer(rich_markup_mode=None)


@export_app.command()
def export(
    model: Annotated[
        str,
        typer.Argument(help="Folder of a run, a published folder or a hub id."),
    ],
    folder: Annotated[Path, typer.Argument(help="New or empty.")],
    int8: Annotated[
        bool,
        typer.Option(
            "--int8", help="Write FOLDER/int8 too, and measure what it costs."
        ),
    ] = False,
    clips: Annotated[
        Path | None,
        typer.Option(
            help="What int8 is measured on: a folder, or a table with the "
            "column wav and, to see UAR, emotion. Default: made-up sounds."
        ),
    ] = None,
    data_folder: DataFolder = None,
    alm: AlmPlace = None,
):
    """Write a trained model as ONNX; needs the extra [onnx].

    FOLDER gets recognizer.onnx, alm.onnx (with an audio-language model) and
    onnx.json, which says what they want. The numbers are checked against
    PyTorch; if they differ by more than 1e-4, nothing is kept. zsfuse predict
    FOLDER runs it.

    \b
    zsfuse export results/demo/zsfuse/1000 onnx
    zsfuse export results/demo/zsfuse/1000 onnx --int8 \\
        --clips results/demo/zsfuse/1000/test.csv --data_folder CORPUS
    zsfuse predict onnx speech.wav
    zsfuse predict onnx/int8 recordings/ --out labels.parquet
    """
    from speechbrain_zsfuse.inference.export.command import run

    run(model, folder, int8, clips, data_folder, alm)
