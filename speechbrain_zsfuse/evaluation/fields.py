"""What ``run.json``, ``metrics.json`` and ``amplification.json`` must hold:
their fields, one by one.

Pure functions on what JSON gives; no file is opened here, a path is only
named. Further fields are no error.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

RECORD, METRICS = "run.json", "metrics.json"
VALIDATION = "validation.json"  # of a run that is not tested
UNHEARD = ("baselines", "caveats")  # of a corpus, without hearing it
GRID = "grid.json"  # of a results folder: how far its runs are
FORMAT = 1  # of run.json
_AGAIN = "Run the recipe again, or correct the file."
_STATUSES = ("clean", "seen", "unknown")  # of a corpus, to a model


class Rule(NamedTuple):
    """What a field must be, in words and as a test.

    Example
    -------
    >>> Rule("a text", lambda value: isinstance(value, str)).or_null().words
    'a text or null'
    """

    words: str
    holds: Callable[[Any], bool]

    def or_null(self):
        """The same, or null."""
        return Rule(
            f"{self.words} or null", lambda v: v is None or self.holds(v)
        )


def _is_list(kind, value):
    return isinstance(value, list) and all(isinstance(v, kind) for v in value)


def _are_names(value):
    return _is_list(str, value) and 0 < len(value) == len({*value} - {""})


def _are_prompts(value):
    return _is_list(list, value) and all(_is_list(str, v) for v in value)


def _is_hash(value):
    return isinstance(value, str) and bool(re.fullmatch("[0-9a-f]{64}", value))


def _is_contamination(value):
    """Of encoder and score source, what is known of their training data."""
    return isinstance(value, dict) and all(
        one is None or isinstance(one, dict) and one.get("status") in _STATUSES
        for one in value.values()
    )


def _are_hashes(value):
    return isinstance(value, dict) and all(map(_is_hash, value.values()))


def _is_number(value):
    return type(value) in (int, float)


def _is_entry(value):
    """A way to choose repeats, as far as others read it."""
    return (
        isinstance(value, dict)
        and {"audio_repeats", "text_repeats"} <= {*value}
        and isinstance(value.get("test"), dict)
        and _is_number(value["test"].get("UAR"))
    )


def _are_regrets(value):
    """There is always a choice, but not always a default."""
    return (
        isinstance(value, dict)
        and {"chosen", "default", "ensemble"} <= {*value}
        and all(map(_is_number, (value["chosen"], value["ensemble"])))
        and (value["default"] is None or _is_number(value["default"]))
    )


def _are_baselines(value):
    """What is reached without hearing, each with its UAR."""
    return isinstance(value, dict) and all(
        isinstance(one, dict) and _is_number(one.get("uar"))
        for one in value.values()
    )


_TEXT = Rule("a text", lambda v: isinstance(v, str))
_NUMBERS = Rule("a list of numbers", lambda v: _is_list((int, float), v))
_TEXTS = Rule("a list of texts", lambda v: _is_list(str, v))
_FLAG = Rule("true or false", lambda v: isinstance(v, bool))
_WHOLE = Rule("a whole number", lambda v: type(v) is int)
_COUNT = Rule("a whole number above 0", lambda v: type(v) is int and v > 0)
_HASH = Rule("64 hexadecimal digits", _is_hash)
_HASHES = Rule("an object of sha256, 64 hexadecimal digits each", _are_hashes)
_NAMES = Rule("a list of different names", _are_names)
_PROMPTS = Rule("lists of texts", _are_prompts)
_OBJECT = Rule("an object", lambda v: isinstance(v, dict))
_THIS_FORMAT = Rule(
    f"{FORMAT}, the format of this version of speechbrain-zsfuse",
    lambda v: type(v) is int and v == FORMAT,
)

RECORD_FIELDS = {
    "format": _THIS_FORMAT,
    "version": _TEXT,
    "corpus": _TEXT.or_null(),
    "release": _TEXT.or_null(),
    "fold": _WHOLE.or_null(),
    "labels": _NAMES,
    "seed": _WHOLE,
    "experiment": _TEXT.or_null(),
    "encoder": _OBJECT.or_null(),
    "score_source": _OBJECT.or_null(),
    "loss": _OBJECT.or_null(),
    "mismatch": _TEXTS,
    "signature": _HASH,
    "code": _HASHES,
    "finished": _FLAG,
}
# Not in the record of every version, or not before a run is finished.
OPTIONAL_FIELDS = {
    "command": _TEXTS,
    "results": _HASHES,
    "remarks": _TEXTS,
    "baselines": Rule("an object of objects with a `uar`", _are_baselines),
    "caveats": _TEXTS,
    "corpora": _OBJECT,
    "contamination": Rule(
        f"an object of objects with a `status` ({', '.join(_STATUSES)}) or "
        "null",
        _is_contamination,
    ),
}
OPTIONAL_INNER_FIELDS = {
    "score_source": {
        "prompt_set": _TEXT.or_null(),
        "scope": _TEXT.or_null(),
        "ensemble": _TEXT.or_null(),
        "weights": _NUMBERS.or_null(),
    },
}
INNER_FIELDS = {
    "encoder": {"class": _TEXT, "source": _TEXT.or_null()},
    "loss": {"class": _TEXT},
    "score_source": {
        "kind": _TEXT,
        "class": _TEXT,
        "source": _TEXT.or_null(),
        "fingerprint": _HASH.or_null(),
        "prompts": _PROMPTS.or_null(),
        "prompts_sha256": _HASH.or_null(),
        "audio_repeats": _COUNT.or_null(),
        "text_repeats": _COUNT.or_null(),
    },
}


_ENTRY = Rule("repeats and the UAR on test", _is_entry)
_REGRETS = Rule("numbers: chosen, default (or null), ensemble", _are_regrets)
CHOICE_FIELDS = {
    "chosen": _ENTRY,
    "default": _ENTRY.or_null(),
    "ensemble": _ENTRY,
    "oracle": _ENTRY,
    "worst": _ENTRY,
    "regret": _REGRETS,
    "chosen_is_oracle": _FLAG,
}


def check_record(record: Mapping, path: str | Path) -> None:
    """Check the content of ``run.json``.

    Arguments
    ---------
    record : dict
        What was read, or is to be written.
    path : str or Path
        The file, for the errors.

    Raises
    ------
    ValueError
        If it is no object, or if a field is missing or not what it must be.

    Example
    -------
    >>> check_record({"format": 2}, "run.json")
    Traceback (most recent call last):
    ValueError: Expected `format` in run.json to be 1, the format of this \
version of speechbrain-zsfuse, but got 2. Run the recipe again, or correct \
the file.
    """
    _check(record, RECORD_FIELDS, path)
    _check(record, _those_in(record, OPTIONAL_FIELDS), path)
    for name, rules in INNER_FIELDS.items():
        inner = record[name]
        if inner is not None:
            others = OPTIONAL_INNER_FIELDS.get(name, {})
            rules = rules | _those_in(inner, others)
            _check(inner, rules, path, f"{name}.")


def check_choice(choice: Mapping, path: str | Path) -> None:
    """Check what is read of ``amplification.json``.

    Arguments and errors as ``check_record``.

    Example
    -------
    >>> check_choice({"chosen": 3}, "amplification.json")
    Traceback (most recent call last):
    ValueError: Expected `chosen` in amplification.json to be repeats and the \
UAR on test, but got 3. Run the recipe again, or correct the file.
    """
    _check(choice, CHOICE_FIELDS, path)


def check_metrics(metrics: Mapping, record: Mapping, path: str | Path) -> None:
    """Check the content of ``metrics.json`` against that of ``run.json``.

    Arguments and errors as ``check_record``.

    Example
    -------
    >>> check_metrics({"labels": ["sad"]}, {"labels": [], "seed": 1}, "m.json")
    Traceback (most recent call last):
    ValueError: Expected `labels` in m.json to be [], as in run.json, but got \
['sad']. Run the recipe again, or correct the file.
    """
    same = {
        name: Rule(
            f"{record[name]}, as in {RECORD}", lambda v, w=record[name]: v == w
        )
        for name in ("labels", "seed")
    }
    _check(metrics, same | {"valid": _OBJECT, "test": _OBJECT}, path)


def _those_in(content, rules):
    return {name: rule for name, rule in rules.items() if name in content}


def _check(content, rules, path, prefix=""):
    if not isinstance(content, Mapping):
        raise ValueError(
            f"Expected an object in {path}, but got {content!r}. {_AGAIN}"
        )
    for name, rule in rules.items():
        there = name in content
        if there and rule.holds(content[name]):
            continue
        found = f"got {content[name]!r}" if there else "it is not there"
        raise ValueError(
            f"Expected `{prefix}{name}` in {path} to be {rule.words}, but "
            f"{found}. {_AGAIN}"
        )
