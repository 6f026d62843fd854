"""The command ``zsfuse extract``: its docstring is the help.

The work is done in the other files; they are imported when it runs, so that
help is quick.
"""

from pathlib import Path
from typing import Annotated

import typer

media_app = typer.Typer(rich_markup_mode=None)


@media_app.command()
def extract(
    folder: Annotated[
        Path, typer.Argument(help="Of the corpus; nothing is written there.")
    ],
    out: Annotated[
        Path, typer.Option(help="Another folder, for the FLAC files.")
    ],
    channel: Annotated[
        str | None,
        typer.Option(
            help="mean, left, right, centre, or a number from 1. Default: as "
            "the corpus says, else mean."
        ),
    ] = None,
    corpus: Annotated[
        str | None,
        typer.Option(help="emns, meld: what to take, and which channel of it."),
    ] = None,
    kinds: Annotated[
        str | None,
        typer.Option(
            help="Endings to take: mp4,m4a. Default: those of the corpus, "
            "else all of video, and of sound that cannot be read as it is."
        ),
    ] = None,
    keep_damaged: Annotated[
        bool,
        typer.Option(
            "--keep_damaged",
            help="Take what can be decoded of damaged files; they are listed.",
        ),
    ] = False,
):
    """Take the sound out of video and other media, as FLAC, with ffmpeg.

    \b
    zsfuse extract /data/MELD.Raw --out /data/MELD --corpus meld
    zsfuse extract recordings --out flac --channel left

    Each file lies under the same path, at its own sample rate, in one channel:
    the mean of all, or of 5.1 the centre, where a film has its speech. Tables
    and notes (.csv, .json, .txt ...) are copied beside them. Killed, it goes
    on when it is started again; what is done is not done again, unless its
    source has changed. extraction.json says what each file was made of, with
    hashes of both.

    A file that cannot be used is told, and the others go on; the exit status
    is 1 then, and 2 if nothing could be begun.
    """
    from speechbrain_zsfuse.corpora.media.choice import choose
    from speechbrain_zsfuse.corpora.media.extraction import extract as run
    from speechbrain_zsfuse.corpora.media.telling import tell

    options = choose(channel, corpus, kinds) | {"keep_damaged": keep_damaged}
    found = run(folder, out, **options)
    typer.echo(tell(found, out), err=True)
    if found.failed:
        raise typer.Exit(1)
