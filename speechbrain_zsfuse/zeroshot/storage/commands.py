"""The command ``zsfuse store``: its docstrings are the help.

The work is done in the other files; they are imported when a command runs, so
that help is quick.
"""

from pathlib import Path
from typing import Annotated

import typer

store = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_StoreFolder = Annotated[
    Path,
    typer.Argument(
        help="`store_folder` of a YAML: results/RAVDESS/answers, for instance."
    ),
]


@store.callback()
def _store():
    """Look after a store of answers: what frozen models heard, kept for all.

    \b
    zsfuse store info results/RAVDESS/answers
    zsfuse store verify results/RAVDESS/answers
    zsfuse store prune results/RAVDESS/answers --dry_run
    """


@store.command()
def info(folder: _StoreFolder):
    """Show what a store holds: models, answers, clips, bytes.

    \b
    zsfuse store info results/RAVDESS/answers
    """
    from speechbrain_zsfuse.zeroshot.storage import overview

    print(overview.tell(overview.survey(overview.find_store(folder))))


@store.command()
def verify(
    folder: _StoreFolder,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove the damaged ones.")
    ] = False,
):
    """Check every answer; exit status 1 if one is damaged.

    A damaged answer counts as none, and is computed again when it is needed.
    Runs may go on beside it.

    \b
    zsfuse store verify results/RAVDESS/answers
    zsfuse store verify results/RAVDESS/answers --remove
    """
    from speechbrain_zsfuse.zeroshot.storage import overview, verification

    found = overview.find_store(folder)
    damaged = verification.find_damaged(found)
    for one in damaged:
        print(f"Damaged: {one}")
    count = len(found)
    print(f"{len(damaged):,} of {count:,} answers are damaged.")
    if remove and damaged:
        removed = verification.remove_damaged(found, damaged)
        print(f"{removed:,} were removed.")
    raise typer.Exit(1 if damaged else 0)


@store.command()
def prune(
    folder: _StoreFolder,
    results: Annotated[
        list[Path] | None,
        typer.Option(
            help="Remove models that no run in this folder names; several "
            "times for several folders."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="Remove this model: name or fingerprint."),
    ] = None,
    unused_for: Annotated[
        float | None,
        typer.Option(
            "--unused_for", help="Remove models not used for so many days."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry_run", help="Only show what would go.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
):
    """Remove what has no further use, and make the file smaller.

    Damaged answers and facts about files that are gone; models, if they are
    chosen. Of several conditions all must hold. What a run is using at this
    moment is left.

    \b
    zsfuse store prune results/RAVDESS/answers --dry_run
    zsfuse store prune results/RAVDESS/answers --results=results/RAVDESS
    zsfuse store prune results/RAVDESS/answers --model=CLAP --unused_for=30
    """
    from speechbrain_zsfuse.zeroshot.storage import choices, overview, pruning

    found = overview.find_store(folder)
    wanted = choices.of_options(results, model, unused_for)
    useless = pruning.find_useless(found, wanted)
    print("\n".join(useless.lines() or ["Nothing is without use."]))
    if dry_run:
        return
    if useless.lines() and not yes:
        typer.confirm("Remove this?", abort=True)
    for holding in pruning.remove(found, useless):
        print(f"Left, for a run is using it: {holding.title}")
    print(f"{overview.show_bytes(pruning.give_room_back(found))} given back.")
