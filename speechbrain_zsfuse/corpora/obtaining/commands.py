"""The command ``zsfuse unpack``: its docstring is the help.

The work is done in the other files; they are imported when it runs, so that
help is quick.
"""

from pathlib import Path
from typing import Annotated

import typer

obtaining_app = typer.Typer(rich_markup_mode=None)


@obtaining_app.command()
def unpack(
    snapshot: Annotated[
        Path, typer.Argument(help="A Parquet file, or a folder of them.")
    ],
    out: Annotated[Path, typer.Option(help="Another folder, for the files.")],
):
    """Write the recordings within Parquet tables as files, with a table.

    \b
    zsfuse unpack snapshot/ --out recordings
    python recipes/Corpora/train.py hparams/table.yaml+small --table=recordings

    Snapshots of Hugging Face's hub hold recordings so. They are copied as they
    are; metadata.csv beside them has the other columns, classes by their
    names. Needs pyarrow: pip install "speechbrain-zsfuse[parquet]".
    """
    from speechbrain_zsfuse.corpora.obtaining.snapshots import (
        TABLE,
        unpack_snapshot,
    )

    table = unpack_snapshot(snapshot, out)
    columns = ", ".join(table)
    print(f"{len(table):,} recordings in {out}, {TABLE} with {columns}.")
