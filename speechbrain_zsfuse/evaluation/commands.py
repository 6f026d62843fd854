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


@results.command()
def report(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Folders of results, and CSV files of predictions; "
            "name=file.csv gives one a name."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path(
        "report.html"
    ),
    title: Annotated[
        str | None, typer.Option(help="Default: names the corpora.")
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            help="Name of the system that others are compared with. Default: "
            "each with its speech model alone."
        ),
    ] = None,
):
    """Write all that results say as one page of HTML, to read and to send.

    Tables, figures, corpora, prompts, training data of the models, settings
    and commands. The page loads nothing; the same results give the same page.
    """
    from speechbrain_zsfuse.evaluation.collection.gathering import gather
    from speechbrain_zsfuse.evaluation.report.build import build_report
    from speechbrain_zsfuse.files import write_text

    page = build_report(gather(paths, baseline=baseline), title)
    path = write_text(out, page)
    print(f"Written to {path} ({len(page.encode()) / 1e6:.1f} MB).")
