"""Manifests and scores spoiled at random: what comes out is what an
independent reader finds in the file, or a sentence that names it.
"""

import random

import pytest
from spoiled_tables import check, read_apart, spoil

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
