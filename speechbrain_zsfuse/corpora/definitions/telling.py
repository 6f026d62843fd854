"""Definitions in words, for who looks for a corpus. Pure."""

import textwrap

from speechbrain_zsfuse.corpora.definitions.definition import (
    find_definition,
    list_definitions,
)
from speechbrain_zsfuse.evaluation.markdown import format_rows

HEADER = (
    *("corpus", "name", "languages", "clips", "speakers", "classes"),
    *("folds by", "given away by", "seen as", "licence"),
)
_SEEN = {
    "audio": "its sound was read here",
    "names": "lists of its files were read here, its sound never",
    "documentation": "written from its documentation: tell us what differs",
}


def tell_list():
    """The package's corpora, a line each, as a table of Markdown.

    Returns
    -------
    str

    Example
    -------
    >>> [line] = [x for x in tell_list().splitlines() if "| urdu " in x]
    >>> [cell.strip() for cell in line.split("|")[3:9]]
    ['ur', '400', '29', '4', 'speaker', 'speaker']
    """
    rows = [_row(find_definition(name)) for name in list_definitions()]
    return format_rows([HEADER, *rows])


def _row(definition):
    releases = [*definition.releases.values()]
    first = releases[0] if releases else None
    return (
        definition.key,
        definition.name,
        ", ".join(definition.languages),
        f"{first.clips:,}" if first else "?",
        str(first and first.speakers or "?"),
        str(len({*definition.emotion.values()})),
        definition.folds_by,
        ", ".join(definition.confounded),
        definition.seen,
        definition.licence,
    )


def tell_definition(name):
    """One definition, as what it means for who wants to use it.

    Arguments
    ---------
    name : str or Path
        See ``find_definition``.

    Returns
    -------
    str

    Example
    -------
    >>> print(tell_definition("urdu"))
    URDU (urdu): Latif et al.: Cross lingual speech emotion recognition, ...
    """
    definition = find_definition(name)
    style = f"{definition.style}, {definition.label_source}"
    if definition.label == "majority":
        style += ", by the majority of votes"
    facts = [
        ("licence", definition.licence),
        ("source", definition.source),
        ("languages", ", ".join(definition.languages)),
        ("labels", style),
        ("files", f"like {next(iter(definition.example))}"),
        ("needs", _needs(definition)),
        ("votes", "counted clip by clip" if definition.votes else "none"),
        ("folds", f"keep each {definition.folds_by} together"),
        *(
            ("beware", f"the {what} gives the emotion away: {why}")
            for what, why in definition.confounded.items()
        ),
        ("seen", _SEEN[definition.seen]),
        *(
            (f"release {name}", _holds(release))
            for name, release in definition.releases.items()
        ),
        *(
            ("left out", reason)
            for reason in dict.fromkeys(definition.ignore.values())
        ),
    ]
    lines = [f"{definition.name} ({definition.key}): {definition.citation}"]
    for title, text in facts:
        lines += textwrap.wrap(
            f"{title}: {text}",
            78,
            initial_indent="  ",
            subsequent_indent="    ",
        )
    return "\n".join(lines)


def _holds(release):
    speakers = f", {release.speakers} speakers" if release.speakers else ""
    counts = ", ".join(f"{word} {n:,}" for word, n in release.classes.items())
    return f"{release.clips:,} clips{speakers}" + (counts and f": {counts}")


def _needs(definition):
    needs = []
    if definition.media:
        endings = ", ".join(definition.media.endings)
        needs.append(f"its sound extracted from {endings} (zsfuse extract)")
    for table in definition.tables:
        file = table.file if isinstance(table.file, str) else [*table.file][0]
        needs.append(f"the table {file}")
    return ", ".join(needs) or "nothing else"
