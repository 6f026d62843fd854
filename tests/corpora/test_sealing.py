"""A certificate and its manifests: what is not as it was written is noticed."""

import json
import logging

import pandas
import pytest

from speechbrain_zsfuse.corpora.manifests import (
    SPLITS,
    find_prepared,
    read_manifest,
    write_manifests,
)
from speechbrain_zsfuse.corpora.sealing import (
    is_sealed,
    read_certificate,
    write_certificate,
)
from speechbrain_zsfuse.files import file_sha256


def frame(speaker):
    """Two clips of a speaker."""
    rows = [
        {"ID": f"{speaker}{n}", "wav": f"{speaker}{n}.wav", "duration": 1.5}
        for n in range(2)
    ]
    return pandas.DataFrame(rows).assign(emotion="sad", speaker=speaker)


@pytest.fixture
def folder(tmp_path):
    """With manifests and their certificate."""
    splits = dict(zip(SPLITS, map(frame, "123")))
    facts = {"inputs_sha256": "same", "mismatch": ["one clip too few"]}
    write_manifests(tmp_path, splits, facts, {"silent": ["x"]})
    return tmp_path


def edit(folder, **changes):
    """Change fields of a certificate as an editor would."""
    path = folder / "certificate.json"
    content = json.loads(path.read_text()) | changes
    path.write_text(json.dumps(content))


def test_what_was_prepared_is_found_again(folder):
    found = find_prepared(folder, "same")
    assert list(found) == list(SPLITS)
    assert is_sealed(read_certificate(folder))
    assert find_prepared(folder, "other") is None
    for split, path in found.items():
        assert len(read_manifest(path, "/corpus")) == 2, split


@pytest.mark.parametrize(
    "change",
    [
        {"mismatch": []},
        {"total": {"clips": 7}},
        {"inputs_sha256": "same "},
        {"note": "more"},
        {"certificate_sha256": "0" * 64},
        {"certificate_sha256": None},
    ],
)
def test_an_edited_certificate_is_noticed_and_made_again(
    change, folder, caplog
):
    edit(folder, **change)
    with pytest.raises(ValueError, match="certificate.json as it was written"):
        read_certificate(folder)
    with pytest.raises(ValueError, match="Prepare the corpus again"):
        read_manifest(folder / "test.csv", "/corpus")
    with caplog.at_level(logging.WARNING):
        assert find_prepared(folder, "same") is None
    assert "certificate.json as it was written" in caplog.text


def test_any_bit_of_a_certificate_counts(folder):
    path = folder / "certificate.json"
    intact, content = path.read_bytes(), read_certificate(folder)
    for place in range(0, len(intact), 7):
        spoiled = bytearray(intact)
        spoiled[place] ^= 1
        path.write_bytes(spoiled)
        try:
            found = read_certificate(folder)
        except ValueError as error:
            assert str(path) in str(error)
        else:  # white space, or the name of the seal itself
            assert found == content or not is_sealed(found)
            assert is_sealed(found) or find_prepared(folder, "same") is None


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("sad", "mad", 1),
        lambda text: "".join(text.splitlines(keepends=True)[:-1]),
        lambda text: text + "9,1.5,$data_root/9.wav,sad,9,,,\n",
    ],
    ids=["edited", "a line less", "a line more"],
)
def test_a_changed_manifest_is_noticed(split, spoil, folder, caplog):
    path = folder / f"{split}.csv"
    path.write_text(spoil(path.read_text()))
    with pytest.raises(ValueError, match=f"{split}.csv as .* says, but"):
        read_manifest(path, "/corpus")
    with caplog.at_level(logging.WARNING):
        assert find_prepared(folder, "same") is None
    assert f"{split}.csv as" in caplog.text


def test_a_label_edited_along_with_its_hash_is_noticed(folder):
    path = folder / "test.csv"
    path.write_text(path.read_text().replace("sad", "mad"))
    hashes = read_certificate(folder)["manifests_sha256"]
    edit(folder, manifests_sha256=hashes | {"test": file_sha256(path)})
    with pytest.raises(ValueError, match="certificate.json as it was written"):
        read_manifest(path, "/corpus")
    assert find_prepared(folder, "same") is None


@pytest.mark.parametrize(
    "text", ["[]", "3", "null", "", "{", '{"a": NaN}', "[" * 5000, "é"]
)
def test_a_certificate_that_is_something_else(text, folder):
    path = folder / "certificate.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match="^Expected a JSON object") as error:
        read_certificate(folder)
    assert str(path) in str(error.value) and "Prepare" in str(error.value)
    assert find_prepared(folder, "same") is None


def test_an_empty_object_is_no_certificate(folder):
    (folder / "certificate.json").write_text("{}")
    assert find_prepared(folder, "same") is None


def test_hashes_that_are_none(folder):
    (folder / "certificate.json").write_text('{"manifests_sha256": ["a"]}')
    with pytest.raises(ValueError, match="to be an object, but got .'a'"):
        read_manifest(folder / "test.csv", "/corpus")


def test_manifests_of_ones_own_need_no_certificate(folder):
    certificate = folder / "certificate.json"
    text = (folder / "test.csv").read_text().replace("sad", "mad")
    (folder / "mine.csv").write_text(text)  # one that it does not name
    assert len(read_manifest(folder / "mine.csv", "/corpus")) == 2
    certificate.unlink()
    (folder / "test.csv").write_text(text)
    assert len(read_manifest(folder / "test.csv", "/corpus")) == 2
    certificate.write_text('{"mismatch": []}')  # of somebody's own making
    assert read_certificate(folder) == {"mismatch": []}


def test_a_seal_survives_what_json_does_to_values(tmp_path):
    write_certificate(tmp_path, {"speakers": {10: 1, 9: 2}, "pair": (1, 2)})
    found = read_certificate(tmp_path)
    assert found["speakers"] == {"10": 1, "9": 2} and is_sealed(found)
    write_certificate(tmp_path, found | {"more": 1})
    assert is_sealed(read_certificate(tmp_path))
