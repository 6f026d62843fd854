"""Emotions of a table in one spelling: that of their family, in small letters.

Pure; nothing is joined that has not one root: see ``families.py``.
"""

import json
import re
from collections import defaultdict
from difflib import get_close_matches

from speechbrain_zsfuse.corpora.words.families import (
    FORMS,
    NEIGHBOURS,
    find_family,
)

_NOT_TEXT = {"null", "true", "false"}  # of YAML
_SHORTEST = 3  # letters that may stand for a word: ang, hap, neu


def spell_emotions(words):
    """One spelling for each emotion.

    Arguments
    ---------
    words : pandas.Series
        As somebody wrote them; empty ones stay empty.

    Returns
    -------
    words : pandas.Series
        The adjective of a family ("angry" for "Anger"); other words in small
        letters.
    notes : list of str
        What was spelled otherwise, words that no family knows, and families
        that may be meant as one.

    Example
    -------
    >>> import pandas
    >>> words = pandas.Series(["Anger", "angry ", "neu", "sad"])
    >>> words, notes = spell_emotions(words)
    >>> words.tolist()
    ['angry', 'angry', 'neu', 'sad']
    >>> print(*notes, sep="\\n")
    called by one word each: Anger (1), angry (1) = angry
    words of no emotion that is known here: neu (1). They are kept as they \
are, and prompts put them into sentences; to call them otherwise: \
--merge='{neu: neutral}'
    """
    counts = words.str.strip().value_counts()
    counts = {word: n for word, n in sorted(counts.items()) if word}
    spelled = {word: find_family(word) for word in words.unique()}
    sources = defaultdict(list)
    for word in counts:
        sources[find_family(word)].append(word)
    joined = [
        f"{_tell(found, counts)} = {family}"
        for family, found in sorted(sources.items())
        if {word.lower() for word in found} != {family}
    ]
    totals = {f: sum(counts[w] for w in found) for f, found in sources.items()}
    strange = [family for family in sorted(sources) if family not in FORMS]
    notes = [f"called by one word each: {'; '.join(joined)}"] if joined else []
    if strange:
        notes.append(_tell_strange(strange, totals))
    near = {a: b for a, b in NEIGHBOURS.items() if {a, b} <= sources.keys()}
    if near:
        told = [_tell(pair, totals) for pair in near.items()]
        merge = ", ".join(f"{a}: {b}" for a, b in near.items())
        notes.append(
            "words near each other, two emotions all the same: "
            f"{'; '.join(told)}. To count them as one: --merge='{{{merge}}}'"
        )
    return words.map(spelled), notes


def guess_emotion(word):
    """The emotion that a short or misspelt word may stand for, or None.

    Example
    -------
    >>> guess_emotion("hap"), guess_emotion("boredem"), guess_emotion("dis")
    ('happy', 'bored', None)
    """
    families = {adjective: adjective for adjective in FORMS}
    families |= {noun: adjective for adjective, (_, noun) in FORMS.items()}
    found = {families[f] for f in families if f.startswith(word)}
    if len(word) < _SHORTEST or not found:
        near = get_close_matches(word, families, n=1, cutoff=0.8)
        found = {families[f] for f in near}
    return found.pop() if len(found) == 1 else None


def as_yaml(word):
    """A word as it must stand in a list of a command line.

    Example
    -------
    >>> as_yaml("very sad"), as_yaml("0"), as_yaml("null")
    ('very sad', '"0"', '"null"')
    """
    plain = re.fullmatch(r"[^\W\d_][\w -]*", word) and word not in _NOT_TEXT
    return word if plain else json.dumps(word, ensure_ascii=False)


def _tell(words, counts):
    return ", ".join(f"{word} ({counts[word]:,})" for word in words)


def _tell_strange(words, totals):
    guesses = {word: guess_emotion(word) or "…" for word in words}
    pairs = [f"{as_yaml(word)}: {guess}" for word, guess in guesses.items()]
    merge = ", ".join(pairs)
    return (
        f"words of no emotion that is known here: {_tell(words, totals)}. They "
        "are kept as they are, and prompts put them into sentences; to call "
        f"them otherwise: --merge='{{{merge}}}'"
    )
