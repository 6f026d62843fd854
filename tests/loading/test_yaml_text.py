"""A file that is no YAML is named, with the line and what to do."""

import pytest

from speechbrain_zsfuse.experiment.configuration.composition import compose
from speechbrain_zsfuse.experiment.configuration.trees import read_yaml
from speechbrain_zsfuse.loading.yaml_text import parse_yaml

BOMB = "\n".join(
    ["a: &a [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]"]
    + [
        f"{n}: &{n} [{', '.join([f'*{m}'] * 10)}]"
        for m, n in zip("abcdef", "bcdefg")
    ]
)


@pytest.mark.parametrize(
    "text, message",
    [
        ("lr: 1\n\tseed: 2\n", r"line 2 is none.*\\t.*Indent with blanks"),
        ("lr: 1\nseed: 1\nlr: 2\n", 'line 3.*duplicate key "lr"'),
        ("lr: 1\nlabels: [a, b\n", "line 3.*flow sequence of line 2"),
        ("lr: 1\nseed\n", "line 3 is none"),
        ("lr: 'a\n", "line 2.*end of stream"),
        ("lr: *x\n", "line 1.*undefined alias 'x'"),
        ("lr: \x07\n", "character 5: special characters are not allowed"),
        ("lr: " + "[" * 500, "nested over 50 levels deep"),
        ("lr: " + "[" * 60 + "]" * 60, "nested over 50 levels deep"),
        ("lr: &a [*a]", "an alias stands within"),
        (BOMB, "aliases make over 100,000 values"),
        ("lr: !!int abc", "Correct it"),
        ("lr: 1\n---\nlr: 2\n", "line 2.*another document"),
        ("5", "of the form `key: value`.*'5'"),
        ("- a", "of the form `key: value`"),
        ("1: a", "names as keys.*but got 1"),
        ("null: a", "names as keys.* None"),
        ("? [a]\n: 1", "names as keys"),
    ],
)
def test_what_is_no_yaml_is_told_in_one_sentence(tmp_path, text, message):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=f"^Expected .*{message}") as error:
        compose(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "encoding, message",
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("utf-32-be", "UTF-32"),
        ("cp037", "byte 0x"),  # EBCDIC
        ("latin-1", "byte 0xfc in line 2"),
    ],
)
def test_another_encoding_is_named(tmp_path, encoding, message):
    path = tmp_path / "mine.yaml"
    path.write_bytes("lr: 1\nname: für\n".encode(encoding))
    with pytest.raises(ValueError, match=f"UTF-8 in .*mine.yaml.*{message}"):
        compose(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_is_read_with_and_without_its_mark(tmp_path, encoding):
    path = tmp_path / "mine.yaml"
    path.write_bytes("name: für  # eins\r\nlr: 1\r\n".encode(encoding))
    assert read_yaml(compose(path)) == {"name": "für", "lr": 1}


def test_aliases_that_are_few_are_as_good_as_what_they_stand_for():
    assert parse_yaml("a: &a [1, 2]\nb: [*a, *a]", "here")["b"] == [[1, 2]] * 2
