"""Data sets: votes, crops, and what a batch is made of."""

import numpy as np
import pytest
import soundfile
import torch
from places import ROOT

from speechbrain_zsfuse.training.dataio import load_datasets, vote_distribution


@pytest.mark.parametrize(
    "votes, expected",
    [
        ('{"sad": 2, "angry": 1, "other": 5}', [1 / 3, 2 / 3]),
        ('{"other": 5}', [0.0, 1.0]),
        ("{}", [0.0, 1.0]),
        ("", [0.0, 1.0]),
    ],
)
def test_votes_become_shares_of_the_labels(votes, expected):
    shares = vote_distribution(votes, "sad", ["angry", "sad"])
    assert shares.tolist() == pytest.approx(expected)


def test_training_alone_is_cropped_and_learns_votes(tmp_path):
    wav = np.arange(1, 1601) / 1600
    soundfile.write(tmp_path / "a.wav", wav, 16000, subtype="FLOAT")
    row = 'a,0.1,$data_root/a.wav,sad,01,"{""angry"": 1}"'
    for split in ("train", "test"):
        header = "ID,duration,wav,emotion,speaker,votes"
        (tmp_path / f"{split}.csv").write_text(f"{header}\n{row}\n")
    splits = load_datasets(
        {split: tmp_path / f"{split}.csv" for split in ("train", "test")},
        tmp_path,
        ["angry", "sad"],
        16000,
        soft_labels=True,
        crop_seconds=0.05,
        crop="centre",
    )
    train, test = splits["train"][0], splits["test"][0]
    expected = torch.tensor(wav[400:1200], dtype=torch.float32)
    assert torch.equal(train["sig"], expected)
    assert len(test["sig"]) == 1600
    assert train["target"].tolist() == [1.0, 0.0] and train["label"] == 1
    assert "target" not in test


def test_votes_are_merged_as_the_labels_are():
    votes = '{"happy": 1, "excited": 2, "sad": 1}'
    shares = vote_distribution(
        votes, "happy", ["happy", "sad"], {"excited": "happy"}
    )
    assert shares.tolist() == [0.75, 0.25]


def test_what_is_known_of_clips_goes_along_in_evaluation(tmp_path):
    soundfile.write(tmp_path / "a.wav", [0.5, 0.4] * 800, 16000)
    header = f"{HEADER},gender,part,votes,mood"
    votes = '"{""happy"": 1, ""excited"": 2}"'
    row = f"a,0.1,{tmp_path / 'a.wav'},sad,01,female,Test1,{votes},good"
    content, merge = f"{header}\n{row}\n", {"excited": "happy"}
    clip = load(tmp_path, content, "test", merge=merge)["test"][0]
    assert clip["gender"] == "female" and clip["part"] == "Test1"
    assert clip["duration"] == 0.1 and clip["votes"] == '{"happy": 3}'
    assert "mood" not in clip and "style" not in clip
    assert "gender" not in load(tmp_path, content)["train"][0]


def test_soft_labels_need_votes(tmp_path):
    manifest = tmp_path / "train.csv"
    manifest.write_text(
        "ID,duration,wav,emotion,speaker,votes\na,1,/a.wav,sad,1,{}\n"
    )
    with pytest.raises(ValueError, match="nobody rated its clips"):
        load_datasets(
            {"train": manifest},
            tmp_path,
            ["angry", "sad"],
            16000,
            soft_labels=True,
        )


def test_votes_for_no_label_are_no_soft_labels(tmp_path):
    row = 'a,1,/a.wav,sad,1,"{""sadness"": 3, ""angry"": 0}"'
    content = f"{HEADER},votes\n{row}\n"
    match = "votes for angry, sad in .*mine.csv, but all are for sadness. Name"
    with pytest.raises(ValueError, match=match):
        load(tmp_path, content, soft_labels=True)
    load(tmp_path, content, soft_labels=True, merge={"sadness": "sad"})


HEADER = "ID,duration,wav,emotion,speaker"


def load(folder, content, split="train", **options):
    """Data of one manifest of two labels, as it is written."""
    path = folder / "mine.csv"
    path.write_text(content)
    labels = ["angry", "sad"]
    return load_datasets({split: path}, "/corpus", labels, 16000, **options)


@pytest.mark.parametrize(
    "text", ["", '"0,5"', "nan", "-1", "0", "1e30", "inf", "86401", "2s"]
)
def test_durations_are_seconds(text, tmp_path):
    rows = f"a,86400,/a.wav,sad,1\nb,{text},/b.wav,sad,1\n"
    with pytest.raises(ValueError, match="^Expected durations in sec") as error:
        load(tmp_path, f"{HEADER}\n{rows}")
    cell = text.strip('"')
    assert f"mine.csv it is not so:\n  clip b: duration {cell!r}\nCorrect" in (
        str(error.value)
    )


@pytest.mark.parametrize("column", ["duration", "wav", "emotion", "speaker"])
def test_a_missing_column_is_named(column, tmp_path):
    names = [name for name in HEADER.split(",") if name != column]
    with pytest.raises(ValueError, match=f"mine.csv lacks {column}: it has"):
        load(tmp_path, f"{','.join(names)}\n1,2,3,4\n")


@pytest.mark.parametrize("name", ["id", "sig", "label", "scores", "target"])
def test_a_column_does_not_take_the_place_of_what_is_made(name, tmp_path):
    (tmp_path / "scores.csv").write_text("ID,sad,angry\na,0.5,0.5\n")
    content = f'{HEADER},votes,{name}\na,1,/a.wav,sad,1,"{{""sad"": 1}}",7\n'
    with pytest.raises(ValueError, match=f"no column {name} in .*mine.csv, si"):
        load(
            tmp_path,
            content,
            scores_file=tmp_path / "scores.csv",
            soft_labels=True,
        )
    if name in ("scores", "target"):  # of no concern without them
        load(tmp_path, content)


def test_unknown_emotions_are_named_with_their_clips(tmp_path):
    rows = "a,1,/a.wav,sad,1\nb,1,/b.wav,bored,1\nc,1,/c.wav,,1\n"
    with pytest.raises(ValueError, match="(?s)among angry, sad .*2 of 3") as e:
        load(tmp_path, f"{HEADER}\n{rows}")
    assert "\n  clip b: emotion 'bored'\n  clip c: emotion ''" in str(e.value)


@pytest.mark.parametrize(
    "wav, right",
    [
        ("$data_root/a.wav", "/corpus/a.wav"),
        ("/elsewhere/a.wav", "/elsewhere/a.wav"),
        ("$data_root//elsewhere/a.wav", None),
        ("$data_root/C:/a.wav", None),
        ("conftest.py", "conftest.py"),  # from the folder one is in
        ("Actor_01/a.wav", None),
        ("./a.wav", None),
        ("", None),
    ],
)
def test_paths_are_relative_to_the_corpus_or_absolute(
    wav, right, tmp_path, monkeypatch
):
    monkeypatch.chdir(ROOT)
    content = f"{HEADER}\na,1,{wav},sad,1\n"
    if right:
        assert load(tmp_path, content)["train"].data["a"]["wav"] == right
        return
    with pytest.raises(ValueError, match="mine.csv it is not so:\n  clip a: w"):
        load(tmp_path, content)


def test_it_is_said_what_to_write_before_a_relative_path(tmp_path):
    rows = "a,1,$data_root/a.wav,sad,1\nb,1,Actor_01/b.flac,sad,1\n"
    with pytest.raises(ValueError, match="1 of 2 rows of .*mine.csv") as error:
        load(tmp_path, f"{HEADER}\n{rows}")
    assert r"$data_root/ before them" in str(error.value)
    assert "\n  clip b: wav 'Actor_01/b.flac'\n" in str(error.value)


@pytest.mark.parametrize(
    "votes",
    [
        *("{sad: 1}", "[1]", '{"sad": "2"}', '{"sad": -1}', '{"sad": NaN}'),
        *("[" * 9, '{"sad": 1e39}', '{"sad": 1' + 30 * "0" + "}"),
    ],
)
def test_spoiled_votes_are_named_with_their_clip(votes, tmp_path):
    quoted = votes.replace('"', '""')
    rows = f'a,1,/a.wav,sad,1,\nb,1,/b.wav,sad,1,"{quoted}"\n'
    content = f"{HEADER},votes\n{rows}"
    with pytest.raises(ValueError, match="^Expected votes as a JSON") as error:
        load(tmp_path, content, soft_labels=True)
    assert f"mine.csv it is not so:\n  clip b: votes {votes!r}" in (
        str(error.value)
    )
    with pytest.raises(ValueError, match="^Expected votes as a JSON object"):
        vote_distribution(votes, "sad", ["sad"])
    load(tmp_path, content)  # nobody reads them
    with pytest.raises(ValueError, match="1 of 2 rows of .*mine.csv"):
        load(tmp_path, content, split="test")  # predictions have them


def test_clips_without_scores_are_named(tmp_path):
    scores = tmp_path / "scores.csv"
    scores.write_text("ID,sad,angry\na,0.5,0.5\n")
    rows = "a,1,/a.wav,sad,1\nb,1,/b.wav,sad,1\n"
    with pytest.raises(ValueError, match="(?s)score for each.*mine.csv.*ip b:"):
        load(tmp_path, f"{HEADER}\n{rows}", scores_file=scores)


def test_a_dollar_in_a_transcript_is_a_dollar(tmp_path):
    manifest = tmp_path / "train.csv"
    manifest.write_text(
        "ID,duration,wav,emotion,speaker,transcript\n"
        'a,1,$data_root/a.wav,sad,1,"It costs $50, $data_root."\n'
    )
    [data] = load_datasets(
        {"train": manifest}, tmp_path, ["angry", "sad"], 16000
    ).values()
    assert data.data["a"]["wav"] == f"{tmp_path}/a.wav"
    assert data.data["a"]["transcript"] == "It costs $50, $data_root."


def test_a_silent_part_is_named_where_training_would_hear_it(tmp_path):
    wav = np.concatenate([np.zeros(1600), np.sin(np.arange(1600))])
    soundfile.write(tmp_path / "a.wav", wav, 16000)
    for split in ("train", "test"):
        row = "a,0.2,$data_root/a.wav,sad,01"
        header = "ID,duration,wav,emotion,speaker"
        (tmp_path / f"{split}.csv").write_text(f"{header}\n{row}\n")
    splits = load_datasets(
        {split: tmp_path / f"{split}.csv" for split in ("train", "test")},
        tmp_path,
        ["angry", "sad"],
        16000,
        crop_seconds=0.1,
    )
    assert len(splits["test"][0]["sig"]) == 3200
    with pytest.raises(ValueError, match="a.wav: the part of 0.1 s.*`crop`"):
        splits["train"][0]


def test_a_clip_may_be_a_part_of_a_file(tmp_path):
    wav = np.arange(1, 3201) / 3200
    soundfile.write(tmp_path / "a.wav", wav, 16000, subtype="FLOAT")
    rows = (
        "a,.05,$data_root/a.wav,sad,1,0.05,0.1\nb,.2,$data_root/a.wav,sad,1,,"
    )
    path = tmp_path / "train.csv"
    path.write_text(f"ID,duration,wav,emotion,speaker,start,end\n{rows}\n")
    splits = load_datasets({"train": path}, tmp_path, ["angry", "sad"], 16000)
    part, whole = splits["train"]
    assert torch.equal(part["sig"], whole["sig"][800:1600])
    assert len(whole["sig"]) == 3200
