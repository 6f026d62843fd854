"""What a store holds: models, answers, clips, facts, bytes."""

import time
from pathlib import Path
from typing import NamedTuple

from speechbrain_zsfuse.folders import nearest_path
from speechbrain_zsfuse.zeroshot.storage import layout
from speechbrain_zsfuse.zeroshot.storage.usage import (
    Use,
    read_text,
    read_uses,
    title_of,
)
from speechbrain_zsfuse.zeroshot.store import AnswerStore

_CLIPS = "SELECT model, COUNT(DISTINCT audio) FROM answers GROUP BY model"
_SIZES = "SELECT model, kind, LENGTH(value) FROM answers"
_FACTS = "SELECT kind, COUNT(*) FROM facts GROUP BY kind"
_SHOWN = 12  # of 64 hexadecimal digits
_COLUMNS = (
    *("model", "fingerprint", "answers", "clips", "size", "each"),
    *("first used", "last used"),
)


class Holding(NamedTuple):
    """What a store holds of one model.

    Arguments
    ---------
    model : str
        Fingerprint.
    use : Use
        Name and dates.
    answers, clips : int
        How many, and about how many recordings.
    bytes : int
        Of the answers themselves.
    each : str
        What an answer is: "512 floats", "text".

    Example
    -------
    >>> Holding("f" * 64, Use("CLAP x"), 9, 3, 18432, "512 floats").title
    'CLAP x (ffffffffffff)'
    """

    model: str
    use: Use
    answers: int
    clips: int
    bytes: int
    each: str

    @property
    def title(self):
        """Name and fingerprint, shortened."""
        return title_of(self.model, self.use)


class Overview(NamedTuple):
    """What a store holds.

    Arguments
    ---------
    path : Path
    bytes, free : int
        Size of the file, and how much of it is empty.
    holdings : list of Holding
    facts : dict
        Kind of facts about files to how many.

    Example
    -------
    >>> Overview(Path("answers.sqlite"), 8192, 0, [], {}).holdings
    []
    """

    path: Path
    bytes: int
    free: int
    holdings: list
    facts: dict


def find_store(folder):
    """The store of a folder, which must be there.

    Arguments
    ---------
    folder : str or Path
        ``store_folder`` of a YAML.

    Returns
    -------
    AnswerStore

    Raises
    ------
    FileNotFoundError
        If there is none.

    Example
    -------
    >>> find_store("answers")
    Traceback (most recent call last):
    FileNotFoundError: Expected a store of answers, answers/answers.sqlite, \
but there is no such file. ...
    """
    path = Path(folder) / "answers.sqlite"
    if not path.is_file():
        raise FileNotFoundError(
            f"Expected a store of answers, {path}, but there is no such file. "
            f"{nearest_path(path)}Give the `store_folder` of a YAML: "
            "results/RAVDESS/answers, for instance."
        )
    return AnswerStore(folder)


def survey(store):
    """What a store holds, found out in bounded memory.

    Arguments
    ---------
    store : AnswerStore

    Returns
    -------
    Overview
        The largest holdings first.

    Example
    -------
    >>> from speechbrain_zsfuse.zeroshot.store import AnswerKey
    >>> store = AnswerStore(getfixture("tmpdir"))
    >>> store.keep({AnswerKey("f1", "sha256", "1", text): 1 for text in "ab"})
    >>> [holding] = survey(store).holdings
    >>> holding.answers, holding.clips, holding.bytes
    (2, 1, 2)
    """
    with store.open() as database:
        database.text_factory = read_text
        uses = read_uses(database)
        clips = dict(database.execute(_CLIPS))
        facts = {}
        if layout.has_table(database, "facts"):
            facts = dict(database.execute(_FACTS))
        totals = _add_up(database.execute(_SIZES))
        pages = [
            database.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_size", "page_count", "freelist_count")
        ]
    holdings = [
        Holding(str(model), uses.get(model, Use()), count, clips[model], *rest)
        for model, (count, *rest) in totals.items()
    ]
    holdings.sort(key=lambda holding: (-holding.bytes, holding.model))
    size, total, free = pages
    return Overview(store.path, size * total, size * free, holdings, facts)


def _add_up(rows):
    """Model to number, bytes and kind of its answers."""
    totals = {}
    for model, kind, size in rows:
        count, total, sizes = totals.get(model, (0, 0, ()))
        size = size or 0
        if (kind, size) not in sizes and len(sizes) < 2:  # one, or several
            sizes += ((kind, size),)
        totals[model] = count + 1, total + size, sizes
    return {
        model: (count, total, _name_kind(sizes))
        for model, (count, total, sizes) in totals.items()
    }


def _name_kind(sizes):
    kinds = {kind for kind, _ in sizes}
    if kinds != {"float32"}:
        return "text" if kinds == {"json"} else "several kinds"
    return f"{sizes[0][1] // 4} floats" if len(sizes) == 1 else "vectors"


def tell(overview):
    """An overview as a text for the terminal.

    Arguments
    ---------
    overview : Overview

    Returns
    -------
    str

    Example
    -------
    >>> print(tell(Overview(Path("answers.sqlite"), 8192, 0, [], {"n": 3})))
    answers.sqlite: 8 kB, 0 kB of it empty
    No model has answered yet.
    3 facts about files: n
    """
    size, free = show_bytes(overview.bytes), show_bytes(overview.free)
    lines = [f"{overview.path}: {size}, {free} of it empty"]
    rows = [_COLUMNS, *map(_to_row, overview.holdings)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    if overview.holdings:
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths)]
            lines.append("  ".join(cells).rstrip())
    else:
        lines.append("No model has answered yet.")
    for kind, count in overview.facts.items():
        lines.append(f"{count:,} facts about files: {kind}")
    return "\n".join(lines)


def _to_row(holding):
    return (
        holding.use.name,
        holding.model[:_SHOWN],
        f"{holding.answers:,}",
        f"{holding.clips:,}",
        show_bytes(holding.bytes),
        holding.each,
        _show_day(holding.use.first),
        _show_day(holding.use.last),
    )


def show_bytes(count):
    """A number of bytes, in words.

    Example
    -------
    >>> show_bytes(8192), show_bytes(2_100_000), show_bytes(3_080_000_000)
    ('8 kB', '2 MB', '3.1 GB')
    """
    if count < 1e6:
        return f"{count / 1e3:.0f} kB"
    return f"{count / 1e6:.0f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"


def _show_day(seconds):
    if not isinstance(seconds, int):
        return "unknown"
    return time.strftime("%F", time.localtime(seconds))
