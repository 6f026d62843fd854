"""Tables with every number at full precision, a row a system and corpus: for
CSV.
"""

import pandas

from speechbrain_zsfuse.evaluation.paper_tables.structure import (
    TableOne,
    TableTwo,
    ZeroShotTable,
)


def records_of(table: TableOne | TableTwo | ZeroShotTable) -> pandas.DataFrame:
    """All numbers of a table, tidy.

    Arguments
    ---------
    table : TableOne, TableTwo or ZeroShotTable

    Returns
    -------
    pandas.DataFrame
        UARs and differences are shares; what is not known is empty. Of
        intervals the ends are ``low`` and ``high``.

    Example
    -------
    >>> len(records_of(TableTwo([], [])))
    0
    """
    rows = {
        TableOne: _records_one,
        TableTwo: _records_two,
        ZeroShotTable: _records_zero_shot,
    }
    return pandas.DataFrame(rows[type(table)](table))


def _records_one(table):
    return [
        {
            "corpus": corpus.corpus,
            "classes": len(corpus.labels),
            "row": row.name,
            "system": row.system,
            "encoder": row.encoder,
            "alm": row.alm,
            **_clips(row),
            **row.uar,
            **_ends(row.interval),
            **_named(row.of_folds, "mean_of_folds", "std_of_folds"),
            **_named(row.paper, "paper_mean", "paper_std"),
            "baseline": row.baseline,
            **_comparison(row),
        }
        for corpus in table.corpora
        for row in corpus.rows
    ]


def _comparison(row):
    found = row.comparison
    return {
        "difference": found and found.difference,
        **_ends(found and found.interval, "difference_"),
        "p": found and found.p_value,
        "p_adjusted": row.p_adjusted,
        "smallest_p": found and found.smallest_p,
        "verdict": row.verdict,
    }


def _records_two(table):
    names = ("best", "default", "worst", "chosen", "no_alm")
    return [
        {
            "corpus": row.title,
            "row": row.name,
            "fold": row.fold,
            "which": which,
            **getattr(row, which),
            **_paper_cell(row.paper, which),
            "range": row.range,
            "paper_range": row.paper and row.paper["range"],
            "cells": row.cells,
        }
        for row in table.rows
        for which in names
        if getattr(row, which)
    ]


def _paper_cell(paper, which):
    said = (paper or {}).get(which, {})
    return {
        "paper_cell": said.get("cell"),
        **_named(said.get("UAR"), "paper_mean", "paper_std"),
    }


def _records_zero_shot(table):
    return [
        {
            "corpus": row.title,
            "alm": row.alm,
            "prompts": row.prompts,
            "audio_repeats": row.repeats and row.repeats.audio_repeats,
            "text_repeats": row.repeats and row.repeats.text_repeats,
            **_clips(row),
            **row.uar,
            **_ends(row.interval),
            "chance": row.chance,
            "paper": row.paper,
            "zero_shot": row.mark,
        }
        for row in table.rows
    ]


def _clips(row):
    return {
        "clips": row.clips,
        "speakers": row.speakers,
        "folds": " ".join(row.folds),
    }


def _ends(interval, prefix=""):
    return _named(interval, f"{prefix}low", f"{prefix}high")


def _named(pair, *names):
    values = pair.values() if isinstance(pair, dict) else pair or (None, None)
    return dict(zip(names, values))
