"""The command ``zsfuse predict``: its docstring is the help.

The work is done in the other files; they are imported when it runs, so that
help is quick.
"""

from pathlib import Path
from typing import Annotated

import typer

from speechbrain_zsfuse.inference.labelling.arguments import (
    AlmPlace,
    DataFolder,
    ModelName,
)

predict_app = typer.Typer(rich_markup_mode=None)


@predict_app.command()
def predict(
    model: ModelName,
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUTS",
            help="Sound files, folders, tables (.csv, .tsv) with a column "
            "file (or path, wav, filename …), and perhaps start and end, as "
            "training takes them; - reads a path a line. "
            "speech.flac#t=1.5,3.2 is a part of a file.",
        ),
    ],
    form: Annotated[
        str | None,
        typer.Option("--format", help="table, csv or jsonl. Default: table."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write here: a .csv or .jsonl file, or a folder of Parquet "
            "files, labels.parquet, that goes on after a kill."
        ),
    ] = None,
    top_k: Annotated[
        int | None,
        typer.Option("--top_k", min=1, help="Show the best so many classes."),
    ] = None,
    per_prompt: Annotated[
        bool,
        typer.Option(
            "--per_prompt", help="Add the similarity with each prompt."
        ),
    ] = False,
    window: Annotated[
        float | None,
        typer.Option(help="Seconds: a row a window, with start and end."),
    ] = None,
    hop: Annotated[
        float | None,
        typer.Option(help="Seconds between windows. Default: the window."),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            help="With clap=PLACE, the words to choose of: happy,sad."
        ),
    ] = None,
    prompts: Annotated[
        str,
        typer.Option(
            help="With clap=PLACE, how it is asked: see zsfuse prompts."
        ),
    ] = "paper",
    alm: AlmPlace = None,
    data_folder: DataFolder = None,
    batch_size: Annotated[
        int, typer.Option("--batch_size", min=1, help="Clips at a time.")
    ] = 16,
    device: Annotated[
        str | None, typer.Option(help="cpu, cuda:0. Default: a GPU if any.")
    ] = None,
    revision: Annotated[
        str | None, typer.Option(help="Commit of a model on the hub.")
    ] = None,
    per_file: Annotated[
        int,
        typer.Option(
            "--per_file", min=1, help="Clips in a Parquet file of --out."
        ),
    ] = 2000,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Share the work by Ray: local, auto, or host:port.",
        ),
    ] = None,
):
    """Say which emotion is in recordings.

    \b
    zsfuse predict results/demo/zsfuse/1000 speech.wav
    zsfuse predict results/demo/zsfuse/1000 recordings/ --out answers.csv
    zsfuse predict owner/name clips.csv --data_folder /data --out answers.jsonl
    find . -name "*.flac" | zsfuse predict MODEL - --top_k 2
    zsfuse predict MODEL meeting.wav --window 3 --hop 1
    zsfuse predict clap=laion/clap-htsat-unfused speech.wav --labels happy,bored

    A recording that cannot be used is told, and the others go on; the exit
    status is 1 then, and 2 if nothing could be begun. A table's columns label
    (or emotion) and speaker are passed on, so that zsfuse table reads the CSV.

    A million clips: --out labels.parquet is a folder of Parquet files, with
    the bad ones listed in its folder _bad. Killed, it goes on when it is
    started again. Processes share it, if one starts several or with

    \b
    torchrun --nproc_per_node 4 -m speechbrain_zsfuse.cli predict MODEL \\
        clips.csv --out labels.parquet
    """
    from speechbrain_zsfuse.inference.labelling.command import run_predict
    from speechbrain_zsfuse.inference.labelling.models import ModelChoice

    choice = ModelChoice(
        *(model, revision, device, labels and labels.split(","), prompts),
        *(window, hop, per_prompt, batch_size, alm),
    )
    options = {"data_folder": data_folder, "batch_size": batch_size}
    options |= {"top_k": top_k, "per_file": per_file, "ray": ray}
    if run_predict(choice, inputs, out, form, **options):
        raise typer.Exit(1)
