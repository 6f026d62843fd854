"""Anybody's CSV files: what is right is read as it stands, what is wrong is
named with file, column and clips."""

import os

import pytest

from speechbrain_zsfuse.evaluation.rows import TableKind, with_numbers
from speechbrain_zsfuse.evaluation.tables import read_table

KIND = TableKind("a list", "ID", "Correct it.")
GOOD = "ID,place,n\na,here,1\nb,there,2.5\n"


def read(folder, content, **options):
    path = folder / "mine.csv"
    path.write_bytes(
        content if isinstance(content, bytes) else content.encode()
    )
    return read_table(path, KIND, ["place", "n"], **options)


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        GOOD.encode("utf-8-sig"),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.replace("\n", "\n\n") + "  \n",
        GOOD.strip(),
        'ID,"place","n"\n"a",here,"1"\nb,"there",2.5\n',
        "place,n,ID\nhere,1,a\nthere,2.5,b\n",
        ",ID,place,n\n0,a,here,1\n1,b,there,2.5\n",
        "ID,place,n,,\na,here,1,,\nb,there,2.5,,\n",
    ],
)
def test_what_is_right_is_read(content, tmp_path):
    table = read(tmp_path, content)
    assert table[["ID", "place", "n"]].values.tolist() == [
        ["a", "here", "1"],
        ["b", "there", "2.5"],
    ]
    assert set(table) == {"ID", "place", "n"}


@pytest.mark.parametrize("text", ["001", "1", "nan", "None", "NA", " x ", "é"])
def test_cells_are_text_as_it_stands(text, tmp_path):
    table = read(tmp_path, f"ID,place,n\n{text},{text},\n")
    assert table.values.tolist() == [[text, text, ""]]


def test_cells_may_hold_commas_quotes_and_lines(tmp_path):
    table = read(tmp_path, 'ID,place,n\na,"one, ""two""\nthree",1\n')
    assert table["place"].tolist() == ['one, "two"\nthree']


@pytest.mark.parametrize(
    "content, message",
    [
        ("", "it is empty. Save it as CSV"),
        ("\n\n", "it is empty. Save it as CSV"),
        ("ID,place,n\n", "lacks rows. Correct it."),
        (GOOD.replace(",", ";"), "lacks ID, place, n: it has 'ID;place;n'"),
        (GOOD.replace(",", "\t"), "lacks ID, place, n: .* Save it as CSV"),
        ("ID;place;n\na;here;0,5\n", "1 field, 'ID;place;n':\n  line 2 has 2"),
        ("id,place,n\na,b,1\n", "lacks ID: it has 'id, place, n'. Correct"),
        ("ID, place,n\na,b,1\n", "lacks place: it has 'ID,  place, n'"),
        ("ID,place,n,n\na,b,1,2\n", "each column once, but .* repeats n"),
        (GOOD + "a,again,1\n", "unique ids, but in 2 of 3 rows .*clip a: ID"),
        (GOOD + ",empty,1\n", "an id each, but in 1 of 3 rows .*clip : ID ''"),
        (GOOD + "c,torn\n", "header, 3 fields:\n  line 4 has 2\nSave"),
        (GOOD + "c,d,1,\n", "header, 3 fields:\n  line 4 has 4\nSave"),
        (GOOD + 'c,"open,1\n', "line 4 cannot be read: unexpected end"),
        (GOOD.encode("utf-16"), "line 1 holds NUL bytes"),
        (GOOD.encode("utf-16-be"), "line 1 holds NUL bytes"),
        (GOOD + "c,\0,1\n", "line 4 holds NUL bytes"),
        ((GOOD + "c,é,1\n").encode("latin-1"), "line 4 is not UTF-8"),
    ],
)
def test_what_is_wrong_is_named(content, message, tmp_path):
    with pytest.raises(ValueError, match=f"(?s)^Expected .*{message}") as error:
        read(tmp_path, content)
    assert str(tmp_path / "mine.csv") in str(error.value)


def test_only_the_first_rows_are_shown(tmp_path):
    rows = "".join(f"{'a' * 500},{n},1\n" for n in range(100))
    with pytest.raises(ValueError, match="in 100 of 100 rows") as error:
        read(tmp_path, "ID,place,n\n" + rows)
    assert "  … and 90 more" in str(error.value)
    assert len(str(error.value)) < 5000


@pytest.mark.parametrize("text", ["", "0,5", "much", "nan", "inf", "1e999"])
def test_numbers_are_finite(text, tmp_path):
    table = read(tmp_path, GOOD + f'c,here,"{text}"\n')
    with pytest.raises(ValueError) as error:
        with_numbers(table, "mine.csv", KIND, ["n"])
    assert str(error.value) == (
        "Expected finite numbers, but in 1 of 3 rows of mine.csv it is not so:"
        f"\n  clip c: n {text!r}\nCorrect it."
    )


def test_numbers_lie_between_bounds_and_to_the_last_bit(tmp_path):
    table = read(tmp_path, GOOD + "c,here,0.1\n")
    numbers = with_numbers(table, "", KIND, ["n"], "n", 0.1, 2.5)["n"]
    assert numbers.tolist() == [1.0, 2.5, 0.1]
    with pytest.raises(ValueError, match="clip b: n '2.5'"):
        with_numbers(table, "", KIND, ["n"], "n", 0.1, 2.4)


def make_link(path):
    path.symlink_to("nowhere.csv")


@pytest.mark.parametrize(
    "make, problem",
    [
        (lambda path: None, "there is no such file"),
        (lambda path: path.mkdir(), "it is a folder"),
        (make_link, "it is a link to nowhere.csv, which is no file"),
        (lambda path: os.mkfifo(path), "it is no file"),
    ],
)
def test_what_is_no_file_is_named(make, problem, tmp_path):
    path = tmp_path / "mine.csv"
    make(path)
    with pytest.raises(FileNotFoundError) as error:
        read_table(path, KIND)
    assert str(error.value) == (
        f"Expected a list in {path}, but {problem}. Give the path of a CSV "
        "file."
    )
