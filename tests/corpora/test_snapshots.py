"""Snapshots of the hub become files and a table that a run can take."""

import json

import pandas
import pytest

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.corpora import read_own
from speechbrain_zsfuse.corpora.obtaining.snapshots import unpack_snapshot

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
FEATURES = {
    "audio": {"_type": "Audio"},
    "label": {"names": ["sad", "angry"], "_type": "ClassLabel"},
}


def shard(path, *clips, features=FEATURES):
    """A Parquet file as `datasets` writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pyarrow.Table.from_pylist([*clips])
    content = json.dumps({"info": {"features": features}})
    table = table.replace_schema_metadata({"huggingface": content})
    parquet.write_table(table, path)


def clip(path="a.wav", content=b"RIFF1", label=1, speaker="01"):
    sound = {"bytes": content, "path": path}
    return {"audio": sound, "label": label, "speaker_id": speaker}


def test_a_snapshot_becomes_files_and_a_table(tmp_path, capsys):
    data = tmp_path / "snapshot" / "data"
    shard(data / "train-00000-of-00002.parquet", clip(), clip("b.wav", b"fLaC"))
    shard(data / "train-00001-of-00002.parquet", clip("../../b.wav", label=0))
    shard(data / "test-00000-of-00001.parquet", clip(None), clip("c.wav"))
    out = tmp_path / "out"
    assert main(["unpack", str(tmp_path / "snapshot"), "--out", str(out)]) == 0
    assert "5 recordings in" in capsys.readouterr().out
    reading = read_own(out)
    columns = ["wav", "split", "emotion", "speaker"]
    assert reading.clips[columns].values.tolist() == [
        ["test/0000000.wav", "test", "angry", "01"],
        ["test/c.wav", "test", "angry", "01"],
        ["train/a.wav", "train", "angry", "01"],
        ["train/b.wav", "train", "angry", "01"],
        ["train/2/b.wav", "train", "sad", "01"],
    ]
    assert (out / "train" / "b.wav").read_bytes() == b"fLaC"
    assert not (tmp_path / "b.wav").exists()


def test_what_is_there_is_not_written_again(tmp_path):
    shard(tmp_path / "x.parquet", clip())
    unpack_snapshot(tmp_path / "x.parquet", tmp_path / "out")
    before = (tmp_path / "out" / "a.wav").stat()
    (tmp_path / "out" / "metadata.csv").unlink()
    unpack_snapshot(tmp_path / "x.parquet", tmp_path / "out")
    assert (tmp_path / "out" / "a.wav").stat().st_mtime_ns == before.st_mtime_ns
    assert pandas.read_csv(tmp_path / "out" / "metadata.csv")["label"][0]


def test_what_another_snapshot_left_is_written_anew(tmp_path):
    for content in (b"RIFF1", b"RIFF2"):  # of one size
        shard(tmp_path / "x.parquet", clip(content=content))
        unpack_snapshot(tmp_path / "x.parquet", tmp_path / "out")
        assert (tmp_path / "out" / "a.wav").read_bytes() == content


def test_a_shard_of_no_split(tmp_path):
    shard(tmp_path / "all-00000-of-00001.parquet", clip())
    table = unpack_snapshot(tmp_path, tmp_path / "out")
    assert table["file_name"].tolist() == ["all/a.wav"]
    assert "split" not in table and len(read_own(tmp_path / "out").clips) == 1


@pytest.mark.parametrize("column", ["file", "path", "file_name"])
def test_paths_of_where_it_was_made_are_not_those_of_files(tmp_path, column):
    shard(tmp_path / "x.parquet", clip() | {column: "/home/them/b.wav"})
    table = unpack_snapshot(tmp_path / "x.parquet", tmp_path / "out")
    assert table[f"snapshot_{column}"].tolist() == ["/home/them/b.wav"]
    assert read_own(tmp_path / "out").clips["wav"].tolist() == ["a.wav"]


@pytest.mark.parametrize(
    ("clips", "said"),
    [
        ([{"path": "a.wav"}], "one column of recordings .* but got none: it"),
        ([clip() | {"b": clip()["audio"]}], "but got audio, b: it has audio"),
        ([clip(), clip(content=None)], "the bytes of every recording in .*x"),
    ],
)
def test_what_is_no_snapshot(tmp_path, clips, said):
    shard(tmp_path / "x.parquet", *clips)
    with pytest.raises(ValueError, match=said):
        unpack_snapshot(tmp_path / "x.parquet", tmp_path / "out")


def test_a_folder_without_parquet(tmp_path):
    with pytest.raises(FileNotFoundError, match="Parquet files in .*Give the"):
        unpack_snapshot(tmp_path, tmp_path / "out")
