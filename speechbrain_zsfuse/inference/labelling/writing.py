"""Rows for people and programs: a table, CSV, or JSON lines.

A writer takes rows one after the other and keeps none, but that of tables.
"""

import csv
import json
import os
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

from speechbrain_zsfuse.errors import explain_disk, shorten
from speechbrain_zsfuse.evaluation.columns import PROBABILITY
from speechbrain_zsfuse.evaluation.markdown import format_rows

FORMATS = ("table", "csv", "jsonl")


class CSVWriter:
    """One line a row, one column a value; what is not known is empty.

    Arguments
    ---------
    file : file object
        Of text.
    layout : Layout

    Example
    -------
    >>> from speechbrain_zsfuse.inference.labelling.rows import Layout
    >>> writer = CSVWriter(sys.stdout, Layout(["sad"], False))
    id,path,duration,prediction,probability_sad,warnings,error
    >>> writer.write({"id": "a", "probability_sad": 0.1, "error": "why"})
    a,,,,0.1,,why
    """

    def __init__(self, file, layout):
        columns = [*layout.columns, "error"]
        self.rows = csv.DictWriter(file, columns, lineterminator="\n")
        self.rows.writeheader()

    def write(self, row):
        """Write one row, see ``answer_rows``."""
        self.rows.writerow({k: _cell(value) for k, value in row.items()})

    def close(self):
        """Nothing is left to write."""


def _cell(value):
    if isinstance(value, float):
        return f"{value:.9g}"  # nine digits give a float32 back exactly
    return json.dumps(value) if isinstance(value, list) else value


class JSONWriter:
    """An object a row, without what is not known.

    Arguments
    ---------
    file : file object
        Of text.
    layout : Layout
    top_k : int, optional
        Adds ``ranking``: so many classes, the best first.

    Example
    -------
    >>> from speechbrain_zsfuse.inference.labelling.rows import Layout
    >>> writer = JSONWriter(sys.stdout, Layout(["sad"], False), top_k=1)
    >>> writer.write({"id": "a", "probability_sad": 0.5})
    {"id": "a", "probability_sad": 0.5, \
"ranking": [{"label": "sad", "score": 0.5}]}
    """

    def __init__(self, file, layout, top_k=None):
        self.file, self.layout, self.top_k = file, layout, top_k

    def write(self, row):
        """Write one row, see ``answer_rows``."""
        if self.top_k and "error" not in row:
            pairs = rank(self.layout, row)[: self.top_k]
            ranking = [{"label": one, "score": score} for one, score in pairs]
            row = row | {"ranking": ranking}
        json.dump(row, self.file, ensure_ascii=False)
        self.file.write("\n")

    def close(self):
        """Nothing is left to write."""


class TableWriter:
    """For people: recording, answer, the others; aligned, so at the end. Below
    are the first warnings.

    Arguments
    ---------
    file : file object
        Of text.
    layout : Layout
    top_k : int, optional
        Classes to show; default: all.

    Example
    -------
    >>> from speechbrain_zsfuse.inference.labelling.rows import Layout
    >>> writer = TableWriter(sys.stdout, Layout(["sad", "calm"], False))
    >>> writer.write(
    ...     {"path": "a.wav", "probability_sad": 0.25, "probability_calm": 0.75}
    ... )
    >>> writer.close()
    | recording | emotion | probability | others   |
    |-----------|---------|-------------|----------|
    | a.wav     | calm    | 0.750       | sad 0.25 |
    """

    def __init__(self, file, layout, top_k=None):
        self.file, self.layout, self.top_k = file, layout, top_k
        time = ["from", "to"] * layout.windows
        header = ["recording", *time, "emotion", "probability", "others"]
        self.rows = [header]
        self.prompts, self.warnings = [], {}

    def write(self, row):
        """Take one row, see ``answer_rows``; a bad recording has none."""
        if "error" in row:
            return
        if row.get("warnings"):
            self.warnings[as_cell(row["path"])] = row["warnings"]
        (label, score), *others = rank(self.layout, row)[: self.top_k]
        time = [f"{row[n]:.2f}" for n in ("start", "end") if n in row]
        rest = ", ".join(f"{name} {value:.2f}" for name, value in others)
        told = [as_cell(row["path"]), *time, label, f"{score:.3f}", rest]
        self.rows.append(told)
        for one in row.get("per_prompt") or ():
            said = [one["prompt"], one["label"], f"{one['score']:.3f}"]
            self.prompts.append([as_cell(row["path"]), *said])

    def close(self):
        """Print what was taken."""
        if len(self.rows) > 1:
            print(format_rows(self.rows), file=self.file)
        if self.prompts:
            header = ["recording", "prompt", "emotion", "similarity"]
            print(file=self.file)
            print(format_rows([header, *self.prompts]), file=self.file)
        if self.warnings:
            told = [f"{path}: {text}" for path, text in self.warnings.items()]
            print(f"\n{shorten(told)}", file=self.file)


def as_cell(name):
    """A name of a file as it can stand in a table: on one line, between bars,
    and nothing in it that a terminal would obey.

    Example
    -------
    >>> print(as_cell("a|b\\n\\x1b[31m é.wav"))
    a\\|b\\n\\x1b[31m é.wav
    """
    shown = (c if c.isprintable() else repr(c)[1:-1] for c in name)
    return "".join(shown).replace("|", "\\|")


def rank(layout, row):
    """Classes of a row with their probabilities, the best first.

    Example
    -------
    >>> from speechbrain_zsfuse.inference.labelling.rows import Layout
    >>> row = {"probability_sad": 0.25, "probability_calm": 0.75}
    >>> rank(Layout(["sad", "calm"], False), row)
    [('calm', 0.75), ('sad', 0.25)]
    """
    pairs = [(one, row[PROBABILITY + one]) for one in layout.labels]
    return sorted(pairs, key=lambda pair: -pair[1])


@contextmanager
def open_writer(layout, form, out=None, top_k=None):
    """A writer of rows to standard output, or to a file that is whole or not.

    Arguments
    ---------
    layout : Layout
    form : str
        One of ``FORMATS``.
    out : str or Path, optional
        The file; there is none before all is written.
    top_k : int, optional
        Not with CSV.

    Example
    -------
    >>> from speechbrain_zsfuse.inference.labelling.rows import Layout
    >>> path = Path(getfixture("tmpdir")) / "a.jsonl"
    >>> with open_writer(Layout(["sad"], False), "jsonl", path) as writer:
    ...     writer.write({"id": "a"})
    >>> path.read_text()
    '{"id": "a"}\\n'
    """
    kind = {"table": TableWriter, "jsonl": JSONWriter}.get(form, CSVWriter)
    options = {} if form == "csv" else {"top_k": top_k}
    if out is None:
        writer = kind(sys.stdout, layout, **options)
        yield writer
        writer.close()
        return
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    aside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with explain_disk(out.parent, again="Run the same command again."):
            with open(aside, "w", encoding="utf-8", newline="") as file:
                writer = kind(file, layout, **options)
                yield writer
                writer.close()
            os.replace(aside, out)
    except BaseException:
        with suppress(OSError):
            aside.unlink()
        raise
