"""The text of ``train.py --help``: every option of a recipe, in groups.

Options are those of the YAML, with its values; what they may be and a line on
each come from the table of keys, from signatures and from docstrings. Nothing
of it is made.
"""

import inspect
import re
import textwrap
from dataclasses import fields
from pathlib import Path

from speechbrain.utils.run_opts import HELP_TEXTS, RunOptions

from speechbrain_zsfuse.experiment.configuration.arguments import find_yaml
from speechbrain_zsfuse.experiment.configuration.command_line import sort_words
from speechbrain_zsfuse.experiment.configuration.composition import compose
from speechbrain_zsfuse.experiment.configuration.receivers import receivers
from speechbrain_zsfuse.experiment.configuration.trees import read_yaml, tag_of
from speechbrain_zsfuse.experiment.options.checking import kinds_of
from speechbrain_zsfuse.experiment.options.keys import GROUPS, KEYS, Made
from speechbrain_zsfuse.options import expected

HELP = ("--help", "-h")
_WIDTH, _INDENT = 80, 30
_RANGE = re.compile(r"\d+ to \d+|in [\[(].+?[\])]|\d+ hexadecimal digits")
_SETTLED = ("!ref", "!apply:len", "!apply:getattr")  # by other options

_INTRODUCTION = """\
usage: python train.py YAML [--option=value …]

Prepares the corpus, scores it with an audio-language model if there is one,
trains and tests. The same command again goes on where it was stopped.

    python train.py {example} --data_folder=/path/to/corpus
    python train.py {base}+wavlm_large+clsp --data_folder=…

    --labels='[angry, sad]'                     a list
    --merge='{{excited: happy}}'                  a dictionary
    --clips='{{crop_seconds: 6, crop: random}}'   of a section, what differs
    --loss='!new:speechbrain_zsfuse.losses.LogitAdjusted'   an object
    --download, --download=no                   a switch

YAML files in hparams/:
{known}

Options, with the values of {name}:"""


def help_text(argv, recipe, prepare=None):
    """What ``--help`` says.

    Arguments
    ---------
    argv : list of str
        Words of the command line. If one is a YAML, its values are shown;
        else those of ``hparams/<recipe>.yaml``.
    recipe : str or Path
        The calling script: ``__file__``.
    prepare : callable, optional
        Preparation of the corpus; its signature and docstring tell what
        ``preparation`` may hold.

    Returns
    -------
    str
        Lines.

    Example
    -------
    >>> import speechbrain_zsfuse
    >>> package = Path(speechbrain_zsfuse.__file__).parent
    >>> text = help_text(["zsfuse"], package / "experiment" / "x.py")
    Traceback (most recent call last):
    FileNotFoundError: Expected a YAML file at zsfuse or ...
    """
    home = Path(recipe).resolve().parent
    default = f"hparams/{home.name.lower().replace('-', '_')}.yaml"
    others = [word for word in argv if word not in HELP]
    name = next(iter(sort_words(others)[0]), default)
    path, *on_top = find_yaml(name, home)
    tree = read_yaml(compose(path, home / "hparams", on_top))
    known = sorted(p.stem for p in home.glob("hparams/*.yaml"))
    example = next((k for k in known if k == "wavlm_clap"), path.stem)
    lines = [
        _INTRODUCTION.format(
            example=f"hparams/{example}.yaml",
            base=default,
            known=textwrap.indent(
                textwrap.fill(", ".join(known), _WIDTH - 4), "    "
            ),
            name=name,
        )
    ]
    takers = {taker.path: taker for taker in receivers(tree, prepare)}
    for group, keys in GROUPS.items():
        lines += ["", group]
        for key in keys:
            taker = takers.get(key)
            if key == "preparation" and taker:
                lines += _own_lines(tree, taker)
            if key in tree:
                lines += _key_lines(key, tree[key], taker)
    return "\n".join([*lines, "", *_run_lines()])


def _key_lines(name, value, taker):
    """Lines on a key, and on the options of who takes what it holds."""
    key = KEYS[name]
    is_value = key.kind is not None and not isinstance(key.kind, Made)
    words = _kind(key.kind) if is_value else ""
    lines = _row(f"--{name}{_value(value)}", f"{key.help}{words}")
    if taker is None:
        return lines
    known, notes = kinds_of(taker), _notes(taker.target)
    for option in taker.parameters or {}:
        value = taker.options.get(option, taker.parameters[option].default)
        if option in known and tag_of(value) not in _SETTLED:
            note, words = notes.get(option, ""), _kind(known[option])
            text = note if _says(note, words) else f"{note}{words}"
            lines += _row(f"    {option}{_value(value, ': ')}", text.strip())
    return lines


def _own_lines(tree, taker):
    """Lines on keys of the recipe itself, which its preparation takes."""
    known, notes, lines = kinds_of(taker), _notes(taker.target), []
    for option, value in taker.options.items():
        found = re.fullmatch(r"<(\w+)>", str(getattr(value, "value", "")))
        key = found and found[1]
        if key in tree and key not in KEYS and option in known:
            note, words = notes.get(option, ""), _kind(known[option])
            text = note if _says(note, words) else f"{note}{words}"
            lines += _row(f"--{key}{_value(tree[key])}", text.strip())
    return lines


def _kind(kind):
    """What may be given, where neither the name nor the default tells it."""
    words = expected(kind).removesuffix(", or null")
    is_plain = words.startswith(("true or", "text", "a path", "a dictionary"))
    return "" if is_plain else f" {words[:1].upper()}{words[1:]}."


def _says(note, words):
    """Whether a docstring has the range, or the names, of a kind already."""
    names = words.removeprefix(" One of ")
    found = _RANGE.findall(words)
    if names != words:
        found = names.rstrip(".").split(", ")
    return bool(found) and all(part in note for part in found)


def _run_lines():
    """SpeechBrain's run options, in its own order."""
    lines, defaults = ["of SpeechBrain's Brain"], RunOptions()
    for field in fields(RunOptions):
        value = getattr(defaults, field.name)
        text = HELP_TEXTS.get(field.name, "(deprecated)")
        if "(deprecated)" not in text and field.name not in KEYS:
            shown = "" if value is False else _value(value)
            text = _sentence(text)
            lines += _row(f"--{field.name}{shown}", text)
    return lines


def _row(option, text):
    """An option and its text, wrapped, in two columns."""
    wrapped = textwrap.wrap(text, _WIDTH - _INDENT) or [""]
    first = f"  {option:{_INDENT - 3}} "
    if len(first) > _INDENT:
        wrapped.insert(0, "")
    return [
        f"{start}{line}".rstrip()
        for start, line in zip(
            [first, *[" " * _INDENT] * len(wrapped)], wrapped
        )
    ]


def _value(value, equals="="):
    """A default as it would be written; of an object, its class."""
    tag = tag_of(value)
    if value is inspect.Parameter.empty or tag == "!PLACEHOLDER":
        return f"{equals}…"
    if tag == "!ref":
        return f"{equals}{value.value}"
    if tag:
        return f"{equals}{tag.rpartition('.')[2]}"
    if isinstance(value, dict) and equals == "=":
        return ""  # its options follow
    if isinstance(value, (list, tuple)):
        shown = f"[{', '.join(map(str, value))}]"
        return equals + (shown if len(shown) < _WIDTH - _INDENT else "[…]")
    return f"{equals}{'null' if value is None else value}"


def _notes(target):
    """First sentence on each argument, of a docstring in SpeechBrain's form;
    and of those that a function hands its options on to."""
    others = [_notes(other) for other in getattr(target, "hands_on", ())]
    document = inspect.getdoc(target) or ""
    _, _, arguments = document.partition("Arguments\n---------\n")
    arguments = re.split(r"\n\w+\n-+\n", arguments)[0]
    found = re.findall(r"^(\w[\w, ]*) : .*\n((?:    .*\n?)+)", arguments, re.M)
    own = {
        name: _sentence(" ".join(text.split()))
        for names, text in found
        for name in names.split(", ")
    }
    return {name: note for one in [*others, own] for name, note in one.items()}


def _sentence(text):
    """The first sentence, without the marks of code."""
    first = re.split(r"(?<!e\.g\.)(?<=\.)\s", text)[0]
    return first.rstrip(".").replace("``", "") + "."
