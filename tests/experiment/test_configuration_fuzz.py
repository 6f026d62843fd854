"""Whatever a command line or a YAML holds: a run's YAML, or a sentence.

Seeded: the same few hundred inputs every time, none of which reads a corpus
or loads a model.
"""

import random

import pytest
from places import ROOT
from ravdess_prepare import prepare_ravdess

from speechbrain_zsfuse.experiment.configuration.command_line import (
    RUN_OPTIONS,
)
from speechbrain_zsfuse.experiment.configuration.composition import compose
from speechbrain_zsfuse.experiment.configuration.trees import (
    dump_yaml,
    read_yaml,
)
from speechbrain_zsfuse.experiment.options.command import read_command

RECIPE = ROOT / "recipes" / "RAVDESS" / "train.py"
VALUES = [
    *("", " ", "0", "-1", "1e3", "nan", ".nan", "-.inf", "9" * 30, "2.5", "ü"),
    *("null", "~", "True", "no", "maybe", "'", '"', "it's", "#", "a #1", ":"),
    *("a: b", "- a", "{", "}", "[", "]", "{a: 1", "[1, 2]", "{}", "[]", "[[]]"),
    *("{a: {b: c}}", "{batch_size: 8}", "{batch_sise: 8}", "*a", "&a", "&a b"),
    *("!", "!!", "!new:", "!new:no.such", "!new:torch", "!name:len", "!ref"),
    *("!ref <lr>", "!ref <no>", "!ref <", "<y>", "!copy <labels>", "!!int x"),
    *("!PLACEHOLDER", "!new:collections.Counter", "!new:torch.nn.Linear"),
    *("!!python/object:x", "!!binary x", "!!set {a}", "!!timestamp x", "%a"),
    *("@a", "`a", "|", ">", "? a", "<<", "2024-01-01", "0x1F", "\t", "a\tb"),
    *(
        "../x",
        "/x",
        "~/x",
        "a/b",
        "\\",
        "a\nb: 1",
        "a\n---\nb",
        "=",
        "==",
        "--",
    ),
    *(
        "\x00",
        "\x07",
        "\ud800",
        "\U0001f600",
        "(1, 2)",
        "(",
        "a" * 300,
        "[" * 99,
    ),
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A complete YAML of a recipe, without its comments."""
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "corpus").mkdir()
    text = compose(RECIPE.parent / "hparams/small_clap.yaml", RECIPE.parent)
    lines = [line.split("  #")[0].rstrip() for line in text.splitlines()]
    text = "\n".join(line for line in lines if line and line[0] != "#")
    text = text.replace("!PLACEHOLDER", str(folder / "corpus"), 1)
    return dump_yaml(read_yaml(text))


def settings(*argv):
    """The YAML of a run, or the sentence that says why there is none."""
    try:
        argv = [*argv, "--device=cpu"]
        return read_command(argv, RECIPE, prepare_ravdess)[0]
    except (ValueError, FileNotFoundError) as error:
        message = str(error)
        assert message.startswith("Expected "), message
        assert len(message.splitlines()) == 1, message
        return message


def spoil(word, draw):
    """A word with characters doubled, lost, exchanged or strange."""
    place = draw.randrange(len(word) + 1)
    new = draw.choice(["", word[:1], "_", "-", ".", " ", "ü", "\t", "'", "{"])
    return word[:place] + new + word[place + draw.randrange(2) :]


def words(keys, draw):
    """Options as somebody in a hurry may type them."""
    for _ in range(draw.randint(1, 3)):
        key, value = draw.choice(keys), draw.choice(VALUES)
        key = spoil(key, draw) if draw.random() < 0.2 else key
        value = spoil(value, draw) if draw.random() < 0.2 else value
        dashes = draw.choice(["--"] * 8 + ["-", "", "---"])
        form = draw.choice(["{0}{1}={2}"] * 4 + ["{0}{1}", "{0}{1}|{2}"])
        yield from form.format(dashes, key, value).split("|")


def test_any_command_line(whole, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(whole, encoding="utf-8")
    draw, kept = random.Random(1), 0
    keys = sorted({*read_yaml(whole)} | RUN_OPTIONS - {"help"})
    for _ in range(150):
        options = [*words(keys, draw)]
        kept += not settings(str(path), *options).startswith("Expected")
    assert 2 < kept < 75  # some of it is right


def changed(text, draw):
    """A YAML, as text or bytes, in which something went wrong."""
    lines = text.splitlines(keepends=True)
    at = draw.randrange(len(lines))
    key, colon, _ = lines[at].partition(":")
    way = draw.choice(WAYS)
    if way == "value":
        lines[at] = f"{key}{colon} {draw.choice(VALUES)}\n"
    elif way == "rename":
        lines[at] = spoil(lines[at].rstrip("\n"), draw) + "\n"
    elif way == "double":
        lines.insert(draw.randrange(len(lines)), lines[at])
    elif way == "lose":
        del lines[at]
    elif way == "move":
        lines.insert(draw.randrange(len(lines)), lines.pop(at))
    elif way == "indent":
        lines[at] = draw.choice(["\t", "  ", " "]) + lines[at]
    elif way == "cut":
        return text[: draw.randrange(len(text))]
    elif way == "encode":
        return text.encode(draw.choice(["utf-16", "utf-32-be", "cp037"]))
    elif way == "bit":
        spoilt = bytearray(text.encode())
        spoilt[draw.randrange(len(spoilt))] ^= 1 << draw.randrange(8)
        return bytes(spoilt)
    return "".join(lines)


WAYS = ["value"] * 6 + ["rename"] * 3 + ["double", "lose", "move", "indent"]
WAYS += ["cut", "encode", "bit", "bit"]


def test_any_yaml(whole, tmp_path):
    path, draw, kept = tmp_path / "mine.yaml", random.Random(2), 0
    for _ in range(150):
        spoilt = changed(whole, draw)
        if isinstance(spoilt, str):
            spoilt = spoilt.encode(errors="surrogatepass")
        path.write_bytes(spoilt)
        kept += not settings(str(path)).startswith("Expected")
    assert 10 < kept < 100
