"""Manifests and scores spoiled at random: what comes out is what an
independent reader finds in the file, or a sentence that names it.

The seed is fixed: a failure repeats. Reading here is pandas', not ours.
"""

import io
import random

import pandas
import pytest

from speechbrain_zsfuse.corpora.sealing import write_certificate
from speechbrain_zsfuse.training.dataio import load_datasets
from speechbrain_zsfuse.zeroshot.scores import read_scores

CASES = 400
LABELS = ["angry", "sad"]
HEADER = "ID,duration,wav,emotion,speaker,votes"
MANIFEST = f"{HEADER}\n" + "".join(
    f"c{n},{1 + n / 8},$data_root/c{n}.wav,{LABELS[n % 2]},0{n},"
    '"{""sad"": 1}"\n'
    for n in range(8)
)
SCORES = "ID,angry,sad\n" + "".join(f"c{n},0.{n}5,-0.{n}\n" for n in range(8))
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp500")
WORDS = ("", "nan", "None", "-1", "1e999", "0,5", "é", "\0", "x" * 999, '"')


def flip_bits(rng, content):
    spoiled = bytearray(content)
    for _ in range(rng.choice([1, 1, 3])):
        spoiled[rng.randrange(len(spoiled))] ^= 1 << rng.randrange(8)
    return bytes(spoiled)


def cut(rng, content):
    return content[: rng.randrange(len(content))]


def change_lines(rng, content):
    lines = content.splitlines(keepends=True)
    place = rng.randrange(len(lines))
    change = rng.choice(["delete", "double", "swap", "blank"])
    if change == "delete":
        del lines[place]
    elif change == "swap":
        rng.shuffle(lines)
    else:
        lines.insert(place, lines[place] if change == "double" else b"\n")
    return b"".join(lines)


def change_cell(rng, content):
    lines = content.decode().splitlines()
    row = rng.randrange(len(lines))
    cells = lines[row].split(",")
    cells[rng.randrange(len(cells))] = rng.choice(WORDS)
    lines[row] = ",".join(cells)
    return "\n".join(lines).encode()


def change_columns(rng, content):
    rows = [line.split(",") for line in content.decode().splitlines()]
    place = rng.randrange(len(rows[0]))
    change = rng.choice(["delete", "double", "swap"])
    for row in rows:
        if change == "delete":
            del row[place]
        elif change == "double":
            row.insert(place, row[place])
        else:
            row.append(row.pop(place))
    return "\n".join(",".join(row) for row in rows).encode()


def change_form(rng, content):
    if rng.random() < 0.5:
        return content.replace(b",", rng.choice([b";", b"\t", b"|", b", "]))
    return content.decode().encode(rng.choice(ENCODINGS))


CHANGES = (
    *(flip_bits, cut, change_lines),
    *(change_cell, change_columns, change_form),
)


def spoil(rng, text):
    return rng.choice(CHANGES)(rng, text.encode())


def read_apart(content):
    """The table, as pandas sees it; it names what has no name."""
    table = pandas.read_csv(
        io.BytesIO(content), dtype=str, keep_default_na=False
    )
    return table[[name for name in table if not name.startswith("Unnamed")]]


def check(read, path):
    """What is read, or None if a sentence names the file."""
    try:
        return read()
    except (ValueError, OSError) as error:
        assert str(error).startswith("Expected "), repr(error)
        assert str(path) in str(error), repr(error)


def load(path, **options):
    """What the data set of a manifest holds."""
    datasets = load_datasets(
        {"train": path}, "/corpus", LABELS, 16000, **options
    )
    return datasets["train"].data


def test_a_spoiled_manifest_is_right_or_named(tmp_path):
    rng, right = random.Random(1), 0
    path = tmp_path / "train.csv"
    for number in range(CASES):
        content = spoil(rng, MANIFEST)
        path.write_bytes(content)
        options = {"soft_labels": number % 2 == 0}
        found = check(lambda given=options: load(path, **given), path)
        if found is None:
            continue
        right += 1
        expected = read_apart(content).set_index("ID")
        assert list(found) == expected.index.tolist()
        for clip, row in expected.to_dict("index").items():
            wav = row["wav"].replace("$data_root", "/corpus")
            row |= {"wav": wav, "duration": float(row["duration"])}
            assert found[clip] == row, content
    assert 0.1 * CASES < right < 0.9 * CASES  # both are met


def test_a_spoiled_score_file_is_right_or_named(tmp_path):
    rng, right = random.Random(2), 0
    path = tmp_path / "scores.csv"
    for _ in range(CASES):
        content = spoil(rng, SCORES)
        path.write_bytes(content)
        found = check(lambda: read_scores(path, LABELS), path)
        if found is None:
            continue
        right += 1
        expected = read_apart(content)
        assert list(found) == expected["ID"].tolist()
        values = expected[LABELS].astype("float32").values.tolist()
        assert [row.tolist() for row in found.values()] == values, content
    assert 0.1 * CASES < right < 0.9 * CASES


def test_nothing_passes_a_certificate(tmp_path):
    rng, path = random.Random(3), tmp_path / "train.csv"
    path.write_text(MANIFEST)
    write_certificate(tmp_path, {}, {"train": path})
    for _ in range(CASES // 4):
        content = spoil(rng, MANIFEST)
        path.write_bytes(content)
        if content != MANIFEST.encode():
            with pytest.raises(ValueError, match="^Expected .*"):
                load(path)
