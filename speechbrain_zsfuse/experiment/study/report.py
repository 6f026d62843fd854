"""A study as files: CSV, Markdown, JSON and heat maps; and as text.

Pure functions of tables and facts, but for the one that writes.
"""

import math
import textwrap
from pathlib import Path

from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.evaluation.figures.heatmap import draw_heat_maps
from speechbrain_zsfuse.evaluation.figures.style import save_figure
from speechbrain_zsfuse.evaluation.markdown import format_rows
from speechbrain_zsfuse.evaluation.marks import footnote, mark
from speechbrain_zsfuse.files import write_json, write_text

_MANY = 20  # speakers, for an interval


def write_study(folder, table, facts):
    """Write all files of a study; main process.

    Arguments
    ---------
    folder : str or Path
        Gets ``zero_shot_uar.csv``, ``.md``, ``.png`` and ``.pdf``, and
        ``study.json``, last.
    table : pandas.DataFrame
        See ``tabulate``; of all models.
    facts : dict
        See ``describe_study``.

    Returns
    -------
    list of Path

    Example
    -------
    See ``run_study``.
    """
    stem = Path(folder) / "zero_shot_uar"
    notes = [*_marks(facts), *_notes_on_corpus(facts)]
    figure = draw_heat_maps(table, facts["chance"], title(facts), notes)
    return [
        write_text(stem.with_suffix(".csv"), table.to_csv(index=False)),
        write_text(stem.with_suffix(".md"), format_markdown(table, facts)),
        *save_figure(figure, stem),
        write_json(stem.with_name("study.json"), facts),
    ]


def title(facts):
    """Which clips: corpus, split, folds, how many.

    Example
    -------
    >>> facts = {"corpus": "Tiny", "split": "test", "clips": 8, "speakers": 2}
    >>> title(facts | {"folds": [{"fold": 1}, {"fold": 2}]})
    'Tiny, test of folds 1, 2, 8 clips of 2 speakers'
    """
    folds = [str(fold["fold"]) for fold in facts["folds"] if fold["fold"]]
    which = facts["split"]
    if folds and which != "all":
        which += f" of fold{'s' * (len(folds) > 1)} {', '.join(folds)}"
    what = "speaker" if facts["speakers"] == 1 else "speakers"
    speakers = f" of {facts['speakers']} {what}" * bool(facts["speakers"])
    return f"{facts['corpus']}, {which}, {facts['clips']} clips{speakers}"


def format_grid(table, show):
    """The cells of one model as a table of Markdown.

    Arguments
    ---------
    table : pandas.DataFrame
        Its rows, see ``tabulate``.
    show : callable
        Row to the text of a cell.

    Returns
    -------
    str
        Audio repeats down, text repeats to the right, as in the paper; the
        highest UAR in bold, and for each a the share of clips that the model
        hears as with fewer repeats.

    Example
    -------
    >>> import pandas
    >>> cells = {"audio_repeats": [1, 1], "text_repeats": [1, 2]}
    >>> cells |= {"UAR": [0.25, 0.5], "same_as": "", "heard_before": 0.0}
    >>> print(format_grid(pandas.DataFrame(cells), lambda cell: str(cell.UAR)))
    | a × t | 1    | 2       | heard before |
    |-------|------|---------|--------------|
    | 1     | 0.25 | **0.5** | 0 %          |
    """
    best = table["UAR"].max() if table["UAR"].nunique() > 1 else None
    texts = {
        (cell.audio_repeats, cell.text_repeats): f"**{show(cell)}**"
        if cell.UAR == best and not cell.same_as
        else show(cell)
        for cell in table.itertuples()
    }
    columns = sorted(set(table["text_repeats"]))
    rows = [["a × t", *map(str, columns), "heard before"]]
    for a, part in table.groupby("audio_repeats"):
        first = part.iloc[0]
        same = f" = {_audio(first.same_as)}" if first.same_as else ""
        share = f"{100 * first.heard_before:.0f} %"
        rows.append([f"{a}{same}", *(texts[a, t] for t in columns), share])
    return format_rows(rows)


def format_tables(table, facts):
    """UAR of all models in %, for the terminal.

    Arguments
    ---------
    table, facts
        See ``write_study``.

    Returns
    -------
    str

    Example
    -------
    See ``run_study``.
    """
    parts = []
    for name, rows in table.groupby("alm", sort=False):
        grid = format_grid(rows, lambda cell: f"{100 * cell.UAR:.1f}")
        model = facts["alms"][name]
        head = f"{name}, {_mark(model)}: UAR in %"
        parts.append("\n".join([head, grid, *model["notes"]]))
    lines = map(textwrap.fill, _explain(table, facts))
    return "\n\n".join([*parts, "\n".join(lines)])


def format_markdown(table, facts):
    """The whole report: intervals, and what each model is.

    Arguments
    ---------
    table, facts
        See ``write_study``.

    Returns
    -------
    str

    Example
    -------
    See ``run_study``.
    """
    parts = [f"# {title(facts)}", "\n".join(_explain(table, facts))]
    parts += _notes_on_corpus(facts)
    for name, rows in table.groupby("alm", sort=False):
        model = facts["alms"][name]
        parts.append(f"## {name}")
        parts.append(
            f"`{model['source'] or model['class']}`, fingerprint "
            f"`{model['fingerprint'][:12]}…`; {_name_prompts(model)}: "
            + ", ".join(f"`{text}`" for text in _first_prompts(model))
        )
        found, why = _mark(model), footnote(model["contamination"])
        parts.append(f"{found[:1].upper()}{found[1:]}. {why}")
        parts.append("UAR in % (95 % interval by clips):")
        parts.append(format_grid(rows, _with_interval))
        if rows["speakers_low"].notna().any():
            few = ", who are few" * (facts["speakers"] < _MANY)
            parts.append(f"95 % interval by {facts['speakers']} speakers{few}:")
            parts.append(format_grid(rows, _of_speakers))
        parts += model["notes"]
    return "\n\n".join(parts) + "\n"


def _with_interval(cell):
    return f"{100 * cell.UAR:.1f} ({_range(cell.low, cell.high)})"


def _of_speakers(cell):
    return _range(cell.speakers_low, cell.speakers_high)


def _range(low, high):
    return "–" if math.isnan(low) else f"{100 * low:.1f}–{100 * high:.1f}"


def _name_prompts(model):
    """Their set, and how they are pooled where it is not the paper's way."""
    name = model["prompt_set"]
    of = f" of the set `{name}`" if name else ""
    pooled = model["ensemble"]
    way = f" ({pooled} averaged)" if pooled == "embeddings" else ""
    way = " (weights given)" if pooled == "learned" else way
    return f"prompts{of}{way}"


def _first_prompts(model):
    """The prompts of the first label, without amplification."""
    return [row[0] for row in model["prompts"]]


def _audio(same_as):
    """Of a combination, the audio repeats: a row of a table is the same."""
    return f"a{Cell.read(same_as).audio_repeats}"


def _explain(table, facts):
    """What the marks of the tables mean."""
    yield f"Chance is {100 * facts['chance']:.1f} %."
    if table.groupby("alm")["UAR"].nunique().max() > 1:
        yield "In bold: highest on this split, which is no way to choose."
    if table["low"].isna().any():
        yield "Without an interval: every clip is taken for one class."
    for same_as in [*filter(None, table["same_as"])][:1]:
        first = _audio(same_as)
        yield (
            f"`= {first}`: the model hears every clip as with a = {first[1:]}."
        )
    yield (
        "Heard before: share of clips that the model hears as with fewer "
        "audio repeats."
    )


def _mark(model):
    return mark(model["contamination"], model)


def _marks(facts):
    """Which models are zero-shot, for a figure: a line a mark."""
    names = {}
    for name, model in facts["alms"].items():
        names.setdefault(_mark(model), []).append(name)
    return [f"{', '.join(those)}: {found}." for found, those in names.items()]


def _notes_on_corpus(facts):
    count = len(facts["mismatch"])
    what = "difference" if count == 1 else "differences"
    note = f"The corpus is not as it is known: {count} {what}, see study.json."
    return [note] * bool(count)
