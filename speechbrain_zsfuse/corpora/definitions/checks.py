"""Whether a definition makes sense: what no single field tells.

Each error names the file and the field. Pure; the corpus is not looked at.
"""

import re

from speechbrain_zsfuse.corpora.definitions.names import (
    clip_name,
    composed,
    read_name,
)
from speechbrain_zsfuse.corpora.definitions.schema import (
    CODED,
    COLUMNS,
    compiled,
)
from speechbrain_zsfuse.corpora.words.families import FORMS, find_family
from speechbrain_zsfuse.errors import nearest, show

# A group whose codes can be listed: [ab], or words and sets between bars.
_LISTED = r"\(\?P<{}>((?:\[\w+\]|\w+)(?:\|(?:\[\w+\]|\w+))*)\)"


def check_definition(definition, path):
    """Raise a ValueError if a definition contradicts itself.

    Arguments
    ---------
    definition : Definition
    path : Path
        Where it stands, for the errors.

    Raises
    ------
    ValueError
        If a group of ``files`` is no field of a clip or has no words, a code
        has no word, nothing says the emotion or the speaker, counts of a
        release do not add up, or an example gives something else.

    Example
    -------
    >>> from pathlib import Path
    >>> from speechbrain_zsfuse.corpora.definitions.definition import (
    ...     find_definition,
    ... )
    >>> check_definition(find_definition("emodb"), Path("emodb.yaml"))
    """
    for field, problem in _problems(definition):
        raise ValueError(f"Expected `{field}` in {path} to {problem}")


def _problems(definition):
    """Field and what is wrong with it, the gravest first."""
    for pattern in definition.files:
        yield from _bad_groups(definition, pattern)
    said = _said(definition)
    yield from _unsaid(definition, said)
    words = {*definition.emotion.values()}
    yield from _bad_words(definition, words)
    for word in sorted(definition.styles.keys() - words):
        yield (
            "styles",
            f"name words of `emotion`, but {word!r} is none. Correct it.",
        )
    if len(definition.confounded) > 1:
        yield (
            "confounded",
            "name text or speaker, by which results are marked, but it has "
            "both. Keep what gives more away, and say the other in its words.",
        )
    yield from _bad_votes(definition, words)
    for name, release in definition.releases.items():
        yield from _bad_release(name, release, words)
    for field, template in definition.compose.items():
        for part in re.findall(r"\{(\w*)\}", template):
            if part not in said:
                yield (
                    f"compose.{field}",
                    f"be made of what is known of a clip, but nothing says "
                    f"{part!r}. Correct it.",
                )
    for example, expected in definition.example.items():
        yield from _bad_example(definition, example, expected)


def _bad_groups(definition, pattern):
    groups = compiled(pattern).groupindex
    for group in groups:
        if group not in COLUMNS:
            yield (
                "files",
                f"have groups among {', '.join(COLUMNS)}, but got {group!r}. "
                "Correct it, or write (?:…).",
            )
        if group in CODED and not getattr(definition, group):
            yield (
                group,
                f"say the word of each code, since `files` has the group "
                f"{group!r}, but it is not there. Add it.",
            )
    for field in CODED:
        listed = re.search(_LISTED.format(field), pattern)
        for code in _codes(listed[1]) if listed else ():
            code = _spelled(definition, field, code)
            if code not in getattr(definition, field):
                yield (
                    field,
                    f"say the word of each code, but {code!r} of `files` has "
                    "none. Add it.",
                )


def _codes(listed):
    for part in listed.split("|"):
        yield from part[1:-1] if part[0] == "[" else [part]


def _spelled(definition, field, code):
    rule = definition.normalise.get(field)
    if rule == "lower":
        return code.lower()
    return rule.get(code, code) if isinstance(rule, dict) else code


def _said(definition):
    """Fields that names, constants or tables give."""
    said = {*definition.constants, *definition.compose}
    for pattern in definition.files:
        said.update(compiled(pattern).groupindex)
    for table in definition.tables:
        said.update(table.columns)
        said.update({"split"} if isinstance(table.file, dict) else ())
    return said


def _unsaid(definition, said):
    if "emotion" not in said:
        yield (
            "files",
            "have the group 'emotion' unless a table or constant says it, but "
            "nothing does. Add it.",
        )
    needed = "group" if definition.folds_by == "dialogue" else "speaker"
    if needed not in said:
        yield (
            "files",
            f"have the group {needed!r} unless a table or constant says it, "
            "but nothing does: folds keep them together. Add it.",
        )
    for table in [*definition.tables, definition.votes]:
        for field in table.key.values() if table else ():
            if field != "name" and field not in said:
                yield (
                    "key",
                    f"join by what is known of a clip, but nothing says "
                    f"{field!r}. Correct it.",
                )
        if table and not table.key and not getattr(table, "segments", None):
            yield (
                "key",
                f"join the rows of {show(table.file)} to clips, but it is not "
                "there. Add it.",
            )


def _bad_words(definition, words):
    """Words that other corpora have no name for."""
    for word in sorted(words - {*FORMS} - {*definition.styles}):
        family = find_family(word)
        hint = nearest(word, FORMS) if family not in FORMS else ""
        hint = hint or f"Write {family}. " * (family != word)
        yield (
            "emotion",
            f"have words like angry, happy or sad, but got {show(word)}. "
            f"{hint}If it is no emotion that others know, say what it is: "
            f"`styles: {{{word}: …}}`.",
        )


def _bad_votes(definition, words):
    votes = definition.votes
    if votes is None:
        if definition.label == "majority":
            yield (
                "votes",
                "be there, since `label` is their majority. Add it.",
            )
        return
    if bool(votes.counts) == bool(votes.answer and votes.words):
        yield (
            "votes",
            "have either `counts`, or `answer` and `words`. Correct it.",
        )
    heard = {*votes.counts.values(), *votes.words.values()}
    if not words & heard:
        yield (
            "votes",
            f"count words of `emotion`, but got {show(sorted(heard))}. "
            "Correct them.",
        )


def _bad_release(name, release, words):
    field = f"releases.{name}"
    for word in sorted(release.classes.keys() - words):
        yield (
            field,
            f"count words of `emotion`, but {word!r} is none. Correct it.",
        )
    total = sum(release.classes.values())
    if release.classes and total != release.clips:
        yield (
            field,
            f"add up, but its classes are {total:,} and its clips "
            f"{release.clips:,}. Correct them.",
        )


def _bad_example(definition, example, expected):
    field = f"example.{example}"
    name = clip_name(example)
    try:
        matched, fields = read_name(definition, name)
    except ValueError as error:
        yield field, f"give words, but {error}. Correct it."
        return
    if matched is None:
        yield field, "match `files`, but it does not. Correct one of them."
        return
    for pattern, reason in definition.ignore.items():
        if compiled(pattern).search(name):
            yield field, f"be no file that is ignored ({reason}). Correct it."
    fields = composed(definition, fields)
    for key, value in expected.items():
        if fields.get(key, "") != value:
            yield (
                f"{field}.{key}",
                f"be what `files` gives, but got {value!r} and "
                f"{fields.get(key, '')!r}. Correct one of them.",
            )
