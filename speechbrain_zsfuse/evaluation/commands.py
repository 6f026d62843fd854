"""Commands of ``zsfuse`` that read results: their docstrings are the help.

The work is done in the other files; they are imported when a command runs, so
that help is quick.
"""

from pathlib import Path
from typing import Annotated

import typer

results = typer.Typer(rich_markup_mode=None)


@results.command()
def choice(
    folder: Annotated[Path, typer.Argument(help="Of results, of many runs.")],
):
    """Judge repeats that runs chose on validation (auto) by their test data.

    How often the choice was the best there was, and how much it cost, beside
    one repeat of each and the ensemble of all. Written to choices.json, too.
    """
    from speechbrain_zsfuse.evaluation.amplification.regret import (
        find_choices,
        judge_choices,
        tell_choices,
    )
    from speechbrain_zsfuse.files import write_json

    choices = find_choices(folder)
    judged = judge_choices(choices)
    print(tell_choices(choices, judged))
    path = write_json(folder / "choices.json", {**judged, "choices": choices})
    print(f"Written to {path}.")
