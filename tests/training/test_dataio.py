"""Data sets: votes, crops, and what a batch is made of."""

import numpy as np
import pytest
import soundfile
import torch

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


def test_soft_labels_need_votes(tmp_path):
    manifest = tmp_path / "train.csv"
    manifest.write_text(
        "ID,duration,wav,emotion,speaker,votes\na,1,a.wav,sad,1,{}\n"
    )
    with pytest.raises(ValueError, match="nobody rated its clips"):
        load_datasets(
            {"train": manifest}, tmp_path, ["sad"], 16000, soft_labels=True
        )


def test_a_dollar_in_a_transcript_is_a_dollar(tmp_path):
    manifest = tmp_path / "train.csv"
    manifest.write_text(
        "ID,duration,wav,emotion,speaker,transcript\n"
        'a,1,$data_root/a.wav,sad,1,"It costs $50, $data_root."\n'
    )
    [data] = load_datasets(
        {"train": manifest}, tmp_path, ["sad"], 16000
    ).values()
    assert data.data["a"]["wav"] == f"{tmp_path}/a.wav"
    assert data.data["a"]["transcript"] == "It costs $50, $data_root."
