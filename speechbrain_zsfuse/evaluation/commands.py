"""Commands of ``zsfuse`` that read results: their docstrings are the help.

The work is done in the other files; they are imported when a command runs, so
that help is quick.
"""

from pathlib import Path
from typing import Annotated

import typer

results = typer.Typer(rich_markup_mode=None)
Results = Annotated[
    list[str],
    typer.Argument(
        help="Folders of results, and CSV files of predictions; name=file.csv "
        "gives one a name."
    ),
]
Baseline = Annotated[
    str | None,
    typer.Option(
        help="Name of the system that others are compared with. Default: each "
        "with the same speech model alone."
    ),
]
Labels = Annotated[
    str | None,
    typer.Option(help="Classes of files without probabilities: angry,sad."),
]


def _split(words: str | None) -> list[str] | None:
    return words and words.split(",")


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
    paths: Results,
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path(
        "report.html"
    ),
    title: Annotated[
        str | None, typer.Option(help="Default: names the corpora.")
    ] = None,
    baseline: Baseline = None,
    labels: Labels = None,
):
    """Write all that results say as one page of HTML, to read and to send.

    Tables, figures, corpora, prompts, training data of the models, settings
    and commands. The page loads nothing; the same results give the same page.
    """
    from speechbrain_zsfuse.evaluation.report.build import make_report
    from speechbrain_zsfuse.files import write_text

    page = make_report(paths, title, baseline, _split(labels))
    path = write_text(out, page)
    print(f"Written to {path} ({len(page.encode()) / 1e6:.1f} MB).")


@results.command()
def table(
    paths: Results = (),
    paper: Annotated[
        str, typer.Option(help="Which table: I, II, zero-shot or cross.")
    ] = "I",
    form: Annotated[
        str, typer.Option("--format", help="markdown, latex or csv.")
    ] = "markdown",
    out: Annotated[
        Path | None, typer.Option(help="A file to write it to.")
    ] = None,
    baseline: Baseline = None,
    labels: Labels = None,
    check: Annotated[
        Path | None,
        typer.Option(
            help="A text whose tables are to be as the results say; with "
            "PATHS, those of these. Status 1 and the difference if not."
        ),
    ] = None,
    update: Annotated[
        Path | None,
        typer.Option(help="A text whose tables are to be written anew."),
    ] = None,
):
    """Make the paper's tables from results, with the paper's numbers beside.

    I: each system with its interval, and whether it is better than the same
    speech model alone. II: best, default and worst repeats of runs that differ
    in them. zero-shot: audio-language models alone. cross: the matrix of a
    folder of zsfuse cross.

    In a text, a table stands between a line <!-- zsfuse table FOLDER --paper I
    --> and a line <!-- end -->; --update writes what is between them.
    """
    from speechbrain_zsfuse.evaluation.paper_tables.making import make_table
    from speechbrain_zsfuse.evaluation.paper_tables.quoting import (
        compare_tables,
        update_tables,
    )
    from speechbrain_zsfuse.files import write_text

    if update:
        changed = update_tables(update, paths)
        done = "its tables are written anew" if changed else "nothing to change"
        print(f"{update}: {done}.")
    elif check:
        if difference := compare_tables(check, paths):
            print(difference)
            raise typer.Exit(1)
        print(f"{check}: its tables are as the results say.")
    elif not paths:
        raise ValueError(
            "Expected PATHS of results, or --check or --update with a text, "
            "but got none. Give a results_folder."
        )
    else:
        text = make_table(paths, paper, form, baseline, _split(labels))
        if out:
            write_text(out, text + "\n")
        print(f"Written to {out}." if out else text)


@results.command()
def keep(
    folder: Annotated[Path, typer.Argument(help="Of results, of many runs.")],
    target: Annotated[Path, typer.Argument(help="Where the copies go.")],
):
    """Copy what tables are made from: results without checkpoints and logs.

    Of each finished run metrics.json and predictions_test.csv, as they are,
    and run.json, without the folders of this machine: to be published beside
    a text whose tables they prove.
    """
    from speechbrain_zsfuse.evaluation.collection.keeping import keep_results

    kept = keep_results(folder, target)
    size = sum(
        file.stat().st_size for place in kept for file in place.glob("*.*")
    )
    print(f"{len(kept)} runs, {size / 1e6:.1f} MB, are in {target}.")


@results.command()
def vote(
    systems: Annotated[
        list[str],
        typer.Argument(
            help="CSV files of predictions of the same clips, or folders of "
            "runs; NAME=PATH names one. Of tied votes the first decides."
        ),
    ],
    out: Annotated[Path, typer.Option(help="CSV to write.")],
    rule: Annotated[
        str,
        typer.Option(
            help="plurality of votes; mean of probabilities; eq2 (shares of "
            "votes, no answer is one for all); stacking (a regression)."
        ),
    ] = "plurality",
    valid: Annotated[
        list[str] | None,
        typer.Option(
            help="Their predictions of validation, an option for each, in the "
            "same order; those of runs are known."
        ),
    ] = None,
    select: Annotated[
        str | None,
        typer.Option(
            help="macro_F1 or UAR: take the systems, added one by one, that "
            "have most of it on validation."
        ),
    ] = None,
):
    """Make one system of several: by votes, means, or what validation teaches.

    The file is one of predictions like any other. Beside it, a JSON file says
    what it was made of. An answer that is no class, an empty prediction, does
    not vote.
    """
    from speechbrain_zsfuse.evaluation.ensembles.command import run_vote

    print(run_vote(systems, out, rule, valid or (), select))


@results.command()
def figures(
    paths: Results,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the figures. Default: figures/ in that of results."
        ),
    ] = None,
    kinds: Annotated[
        str | None,
        typer.Option(
            help="Default: confusion,classes,speakers,reliability,curves,"
            "differences."
        ),
    ] = None,
    baseline: Baseline = None,
    labels: Labels = None,
):
    """Draw figures of results for a paper, each as PNG and PDF.

    Of each system confusion matrix, recall by class, UAR by speaker,
    reliability diagram and learning curves; of all, differences to the speech
    model alone. What is not possible is said with its reason.
    """
    from speechbrain_zsfuse.evaluation.figures.making.writing import (
        write_figures,
    )

    wanted = _split(kinds) or ()
    for line in write_figures(paths, out, wanted, baseline, _split(labels)):
        print(line)
