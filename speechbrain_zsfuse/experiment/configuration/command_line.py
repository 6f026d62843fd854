"""The words of a command line: one YAML, SpeechBrain's run options, overrides.

What the value of an override means depends on the YAML: see ``given.py``.
"""

import io
import re
from collections import deque
from contextlib import redirect_stderr
from dataclasses import fields, replace

import speechbrain as sb
from speechbrain.utils.run_opts import HELP_TEXTS, RunOptions

from speechbrain_zsfuse.experiment.configuration.switches import (
    SWITCH_WORDS,
    read_switch,
)

_LISTS = {"jit_module_keys", "compile_module_keys"}
RUN_OPTIONS = {*HELP_TEXTS} | _LISTS
# Run options that stand alone.
RUN_SWITCHES = {f.name for f in fields(RunOptions) if f.default is False}


def read_words(argv):
    """Sort the words of a command line.

    Arguments
    ---------
    argv : list of str
        ``--key=value`` or ``--key value``; a switch may stand alone.

    Returns
    -------
    name : str
        The YAML.
    options : dict
        Key to its value as it was given (str); None if it stands alone. Of
        the run options that are lists, a list.

    Raises
    ------
    ValueError
        If a word is neither, or an option is there twice.

    Example
    -------
    >>> read_words(["a.yaml", "--data_folder=/data/a #2", "--download"])
    ('a.yaml', {'data_folder': '/data/a #2', 'download': None})
    >>> read_words(["a.yaml", "-seed=3"])
    Traceback (most recent call last):
    ValueError: Expected options of the form --key=value, but got '-seed=3'. \
Write --seed=3.
    """
    free, options = sort_words(argv)
    return _the_yaml(free), options


def sort_words(argv):
    """As ``read_words``, whether there is a YAML among them or not.

    Returns
    -------
    free : list of str
        Words that are no options, nor their values.
    options : dict

    Example
    -------
    >>> sort_words(["--seed", "3"])
    ([], {'seed': '3'})
    """
    words, free, options = deque(map(str, argv)), [], {}
    while words:
        word = words.popleft()
        if not word.startswith("-"):
            free.append(word)
            continue
        key, value = _read_option(word)
        if value is None:
            value = _take_value(key, words, free)
        if key in options:
            raise ValueError(
                f"Expected --{key} once, but got it twice: "
                f"{options[key]!r} and {value!r}. Leave one out."
            )
        options[key] = value
    return free, options


def read_run_options(name, options):
    """Hand SpeechBrain the options that are its own.

    Arguments
    ---------
    name : str
        The YAML.
    options : dict
        See ``read_words``.

    Returns
    -------
    run_opts : RunOptions
    others : dict
        The other options.

    Raises
    ------
    ValueError
        If one has no such value.

    Example
    -------
    >>> run_opts, others = read_run_options(
    ...     "a.yaml", {"debug": "no", "device": "cpu", "lr": "1"}
    ... )
    >>> run_opts["debug"], run_opts["device"], others
    (False, 'cpu', {'lr': '1'})
    """
    words, off, others = [], set(), {}
    for key, value in options.items():
        if key not in RUN_OPTIONS:
            others[key] = value
        elif key in RUN_SWITCHES:
            on = read_switch(f"--{key}", True if value is None else value)
            words += [f"--{key}"] if on else []
            off |= set() if on else {key}
        elif key in _LISTS:
            words += [f"--{key}", *value]
        else:
            words.append(f"--{key}={needed(key, value)}")
    run_opts = _parse([name, *words])
    return replace(
        run_opts, overridden_args=run_opts.overridden_args | off
    ), others


def needed(key, value):
    """The value of an option that cannot stand alone.

    Example
    -------
    >>> needed("lr", None)
    Traceback (most recent call last):
    ValueError: Expected a value of --lr, but got none. Write --lr=…; only \
switches stand alone.
    """
    if value is None:
        raise ValueError(
            f"Expected a value of --{key}, but got none. Write --{key}=…; only "
            "switches stand alone."
        )
    if not value.strip():
        raise ValueError(
            f"Expected a value of --{key}, but got nothing. Is a variable "
            "empty? Give one, or leave the option out."
        )
    return value


def _read_option(word):
    """Key and value of ``--key=value``; the value is None without ``=``."""
    found = re.fullmatch(r"--([^\W\d]\w*)(?:=(.*))?", word, re.S)
    if found:
        return found.groups()
    line = " ".join(word.split()).lstrip("-")
    key, equals, value = re.fullmatch("([^=:]*)([=:]?)(.*)", line).groups()
    outer, _, inner = key.partition(".")
    if inner:
        meant = f"--{outer}='{{{inner}: {value or '…'}}}'"
    elif key.startswith("no-") and not equals:
        meant = f"--{key[3:].replace('-', '_')}=no"
    else:
        name = key.replace("-", "_") or "key"
        meant = f"--{name}{'=' if equals else ''}{value}"
    raise ValueError(
        f"Expected options of the form --key=value, but got {word!r}. Write "
        f"{meant}."
    )


def _take_value(key, words, free):
    """The words behind an option that belong to it."""
    if key in _LISTS:
        taken = []
        while words and not words[0].startswith("-"):
            taken.append(words.popleft())
        return taken
    if not words or re.match(r"-(?![\d.])", words[0]):
        return None
    if key in RUN_SWITCHES and words[0].lower() not in SWITCH_WORDS:
        return None
    is_yaml = re.search(r"\.ya?ml(\+|$)", words[0])
    if is_yaml and not free and key not in RUN_OPTIONS:
        return None  # a switch before the YAML: --download hparams/a.yaml
    return words.popleft()


def _the_yaml(free):
    if not free:
        raise ValueError(
            "Expected a YAML on the command line, but got none. Begin with it: "
            "hparams/….yaml --data_folder=/path/to/corpus."
        )
    if len(free) > 1:
        raise ValueError(
            "Expected one YAML and options on the command line, but got the "
            f"words {', '.join(map(repr, free[1:]))}, too. Begin options with "
            "--, and put a value with blanks in quotes: --key='a b'."
        )
    return free[0]


def _parse(words):
    """SpeechBrain's own parser, which would end the program."""
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            return sb.parse_arguments(words)[1]
    except SystemExit as end:
        problem = said.getvalue().rpartition("error: ")[2].strip()
        raise ValueError(
            f"Expected SpeechBrain's run options, but {problem}. `--help` "
            "lists them."
        ) from end
