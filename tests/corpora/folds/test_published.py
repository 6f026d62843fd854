"""Splits that others published are followed where they share nobody."""

import json

import pandas
import pytest

from speechbrain_zsfuse.corpora.folds.dividing import divide
from speechbrain_zsfuse.corpora.folds.emobox import list_files

LABELS = ["angry", "sad"]


@pytest.fixture
def clips():
    """Four speakers, each emotion twice."""
    rows = [
        (f"wav/{speaker}{emotion}{take}", speaker, emotion)
        for speaker in "abcd"
        for emotion in LABELS
        for take in range(2)
    ]
    table = pandas.DataFrame(rows, columns=["ID", "speaker", "emotion"])
    return table.assign(wav=table["ID"] + ".ogg")


def split_by(clips, **words):
    homes = {
        speaker: word for word, found in words.items() for speaker in found
    }
    return clips.assign(split=clips["speaker"].map(homes))


# ---------------------------------------------------------------- official
def test_an_official_split_is_followed(clips):
    clips = split_by(clips, Train="ab", dev="c", test="d")
    found = divide(clips, LABELS, "official")
    split = dict(zip(found.clips["speaker"], found.clips["split"]))
    assert split == {"a": "train", "b": "train", "c": "valid", "d": "test"}
    assert found.facts["validation"] == "as published" and not found.caveats


def test_without_a_validation_speakers_of_train_validate(clips):
    found = divide(split_by(clips, train="abc", test="d"), LABELS, "official")
    split = dict(zip(found.clips["speaker"], found.clips["split"]))
    assert sorted(split.values()) == ["test", "train", "train", "valid"]
    assert split["d"] == "test"
    assert found.facts["validation"] == "other speakers"


def test_an_official_split_that_shares_speakers_is_refused(clips):
    clips = split_by(clips, train="ab", valid="c", test="d")
    clips.loc[[0, 8], "split"] = "test"
    told = (
        "but 1 of the 3 speakers of test are in train, too \\(a\\). No option"
    )
    with pytest.raises(ValueError, match=told):
        divide(clips, LABELS, "official")


def test_a_split_between_dialogues_is_refused_where_these_are_shared(clips):
    clips = split_by(clips, train="ab", valid="c", test="d")
    clips = clips.assign(group=clips["speaker"].replace("d", "b"), speaker="")
    with pytest.raises(ValueError, match="1 of the 1 groups of test are in tr"):
        divide(clips, LABELS, "official")


def test_words_that_are_no_split_are_named(clips):
    clips = split_by(clips, train="ab", valid="c", test3="d")
    told = "(?s)train, valid or test .* 4 have something else:.*'test3'"
    with pytest.raises(ValueError, match=told):
        divide(clips, LABELS, "official")
    with pytest.raises(ValueError, match="nothing says who trains .*--fold=1"):
        divide(clips.drop(columns="split"), LABELS, "official")


# ------------------------------------------------------------------ EmoBox
@pytest.fixture
def emobox(tmp_path):
    """A copy of its repository with one corpus: fold 1 is clean, 2 is not."""

    def write(fold, split, paths):
        name = f"tiny_{split}_fold_{fold}.jsonl"
        path = tmp_path / "data" / "tiny" / f"fold_{fold}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [{"key": p, "wav": f"downloads/tiny/{p}.wav"} for p in paths]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def said(speakers, takes="01"):
        return [
            f"wav/{speaker}{emotion}{take}"
            for speaker in speakers
            for emotion in LABELS
            for take in takes
        ]

    write(1, "train", said("abc"))
    write(1, "test", [*said("d", "0"), "wav/dangry1", "wav/dfearful0"])
    write(2, "train", said("abcd", "0"))
    write(2, "test", said("abd", "1"))
    return tmp_path


def test_folds_of_emobox_are_followed(clips, emobox):
    lists = list_files(emobox, "tiny", 1)
    found = divide(clips, LABELS, 1, emobox=lists)
    test = found.clips["ID"][found.clips["split"] == "test"]
    assert test.tolist() == ["wav/dangry0", "wav/dangry1", "wav/dsad0"]
    assert found.dropped == {
        "not in EmoBox's lists of this fold": ["wav/dsad1"]
    }
    assert set(found.clips["split"]) == {"train", "valid", "test"}
    assert found.facts["by"] == "EmoBox"
    assert found.facts["validation"] == "other speakers"


@pytest.mark.parametrize("text", ['{"wav": 3}\n[1]\n', "", "[1, 2]", "{"])
def test_lists_of_emobox_that_are_none_are_named(clips, emobox, text):
    lists = list_files(emobox, "tiny", 1)
    lists["test"].write_text(text)
    with pytest.raises(ValueError, match="Expected JSON lines with `wav` in"):
        divide(clips, LABELS, 1, emobox=lists)


def test_folds_of_emobox_that_share_speakers_are_refused(clips, emobox):
    told = (
        "Expected no common speakers in EmoBox's lists, but 3 of the 3 "
        "speakers of test are in train, too \\(a, b, d\\).*leave --emobox out"
    )
    with pytest.raises(ValueError, match=told):
        divide(clips, LABELS, 2, emobox=list_files(emobox, "tiny", 2))


def test_lists_that_are_not_there_are_named(clips, emobox):
    with pytest.raises(FileNotFoundError, match="Did you mean tiny"):
        list_files(emobox, "tinny", 1)
    with pytest.raises(FileNotFoundError, match="of tiny EmoBox has 2 folds"):
        list_files(emobox / "data", "tiny", 3)


def test_files_that_are_told_apart_by_their_folders_alone(clips, emobox):
    clips = clips.assign(
        ID=clips["speaker"] + "/" + clips["emotion"] + "/" + clips["ID"].str[-1]
    )
    clips["wav"] = clips["ID"] + ".wav"
    place = emobox / "data" / "tiny" / "fold_1"
    for split, speakers in (("train", "abc"), ("test", "d")):
        names = clips["wav"][clips["speaker"].isin(list(speakers))]
        lines = [json.dumps({"wav": f"downloads/x/{name}"}) for name in names]
        path = place / f"tiny_{split}_fold_1.jsonl"
        path.write_text("\n".join(lines))
    found = divide(clips, LABELS, 1, emobox=list_files(emobox, "tiny", 1))
    tested = found.clips["speaker"][found.clips["split"] == "test"]
    assert set(tested) == {"d"} and len(tested) == 4 and not found.dropped


def test_lists_of_another_corpus_or_no_lists_are_named(clips, emobox):
    lists = list_files(emobox, "tiny", 1)
    other = clips.assign(wav="x/" + clips["ID"].str[-1] + ".wav")
    with pytest.raises(
        ValueError, match="have other names: downloads/tiny/wav"
    ):
        divide(other, LABELS, 1, emobox=lists)
    lists["test"].write_text("<html>404</html>")
    with pytest.raises(
        ValueError, match="JSON lines with `wav` in .*tiny_test"
    ):
        divide(clips, LABELS, 1, emobox=lists)


def test_an_official_split_without_a_test_is_none(clips):
    with pytest.raises(ValueError, match="none in test. .*--fold=whole"):
        divide(split_by(clips, train="ab", valid="cd"), LABELS, "official")
