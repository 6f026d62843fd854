"""Tables that a text quotes: are they what the results give, word for word?

A quoted table stands between the command that makes it and an end, each on a
line of its own, and is of Markdown::

    <!-- zsfuse table results/RAVDESS --paper I -->
    …
    <!-- end -->

Paths are as in any command, relative to where one stands.
"""

import re
import shlex
from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path

from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.evaluation.paper_tables.making import make_table
from speechbrain_zsfuse.files import write_text

_START = re.compile(r"<!-- zsfuse table (.+) -->")
_NEARLY = re.compile(r"<!--\s*zsfuse\s+table", re.IGNORECASE)
_END = "<!-- end -->"
_OPTIONS = ("paper", "baseline", "labels")


def renew_tables(
    file: str | Path, paths: Sequence[str | Path] = ()
) -> tuple[str, str]:
    """A text with its tables made anew; nothing is written.

    Arguments
    ---------
    file : str or Path
        Markdown, in UTF-8.
    paths : list of str or Path
        Only tables of one of these are made; default: all.

    Returns
    -------
    tuple of str
        The text as it stands, and as it should.

    Raises
    ------
    FileNotFoundError, ValueError
        If the file holds no such table, a table has no end, its command is
        none, or see ``make_table``.

    Example
    -------
    >>> file = write_text(getfixture("tmpdir") / "README.md", "No table.")
    >>> renew_tables(file)
    Traceback (most recent call last):
    ValueError: Expected tables in ...README.md, but there is no line \
`<!-- zsfuse table FOLDER -->`. Put one where the table goes, and \
`<!-- end -->` below it.
    """
    text, new, made = _read(file), [], 0
    end = "\r\n" if "\r\n" in text else "\n"
    rest = iter(enumerate(text.split(end), 1))
    for number, line in rest:
        new.append(line)
        if command := _START.fullmatch(line.strip()):
            old = _until_end(rest, file, number)
            own, options = _read_command(command[1], file, number)
            if paths and not _places(own) & _places(paths):
                new += [*old, _END]
                continue
            table = make_table(own, **options)
            new += ["", *table.splitlines(), "", _END]
            made += 1
        elif _NEARLY.match(line.strip()):
            raise ValueError(
                f"Expected `<!-- zsfuse table FOLDER -->` in line {number} of "
                f"{file}, but got {show(line.strip())}. Write it so, in a "
                "line of its own."
            )
    if not made:
        of = f" of {', '.join(map(str, paths))}" if paths else ""
        start = f"<!-- zsfuse table {paths[0] if paths else 'FOLDER'} -->"
        raise ValueError(
            f"Expected tables{of} in {file}, but there is no line `{start}`. "
            f"Put one where the table goes, and `{_END}` below it."
        )
    return text, end.join(new)


def _read(file):
    """With the ends of lines that it has."""
    with open(file, encoding="utf-8", newline="") as stream:
        return stream.read()


def _places(paths):
    return {Path(path).resolve() for path in paths}


def compare_tables(file: str | Path, paths: Sequence[str | Path] = ()) -> str:
    """What of a text is not as its results say.

    Arguments and errors as ``renew_tables``.

    Returns
    -------
    str
        A unified diff; empty if all is right.

    Example
    -------
    >>> compare_tables("no-such.md")
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    old, new = (text.splitlines() for text in renew_tables(file, paths))
    names = str(file), "what the results give"
    return "\n".join(unified_diff(old, new, *names, lineterm=""))


def update_tables(file: str | Path, paths: Sequence[str | Path] = ()) -> bool:
    """Write the tables of a text anew.

    Arguments and errors as ``renew_tables``.

    Returns
    -------
    bool
        Whether anything was different.

    Example
    -------
    >>> update_tables("no-such.md")
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    old, new = renew_tables(file, paths)
    if old != new:
        write_text(file, new)
    return old != new


def _until_end(rest, file, number):
    """Lines before the end of a table."""
    inner = []
    for _, line in rest:
        if line.strip() == _END:
            return inner
        if _START.fullmatch(line.strip()):
            break
        inner.append(line)
    raise ValueError(
        f"Expected a line `{_END}` below the table that begins in line "
        f"{number} of {file}, but there is none. Add it."
    )


def _read_command(words, file, number):
    """Paths and options of a command line."""
    paths, options = [], {}
    try:
        words = iter(shlex.split(words))
    except ValueError as error:
        raise ValueError(
            f"Expected a command as in a terminal in line {number} of {file}, "
            f"but got {show(words)}: {error}. Close its quotes."
        ) from error
    for word in words:
        name, sign, value = word.removeprefix("--").partition("=")
        if not word.startswith("--"):
            paths.append(word)
        elif name in _OPTIONS:
            options[name] = value if sign else next(words, "")
        else:
            known = ", ".join(f"--{option}" for option in _OPTIONS)
            raise ValueError(
                f"Expected {known} in line {number} of {file}, but got "
                f"{show(word)}. A quoted table has no other options."
            )
    if "labels" in options:
        options["labels"] = options["labels"].split(",")
    return paths, options
