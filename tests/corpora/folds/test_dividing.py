"""Who trains, who validates, who is tested: nobody is known to the test."""

import re

import numpy as np
import pandas
import pytest

from speechbrain_zsfuse.corpora.folds.dividing import divide

LABELS = ["angry", "sad"]


def table(speakers, repeats=2, **columns):
    """Each speaker says each emotion a few times."""
    rows = [
        (f"{speaker}/{emotion}{take}", speaker, emotion, f"text {take}")
        for speaker in speakers
        for emotion in LABELS
        for take in range(repeats)
    ]
    clips = pandas.DataFrame(rows, columns=["ID", "speaker", "emotion", "text"])
    return clips.assign(wav=clips["ID"] + ".wav", **columns)


def who(division):
    """Split to its speakers, sorted, in one text."""
    speakers = division.clips.groupby("split")["speaker"].unique()
    return {split: "".join(sorted(found)) for split, found in speakers.items()}


def test_from_five_folds_on_the_next_one_validates():
    found = divide(table("abcdefghij"), LABELS, fold=5)
    assert found.facts["folds"] == 5 and found.facts["groups"] == 10
    assert found.facts["validation"] == "the next fold"
    assert {len(speakers) for speakers in who(found).values()} == {2, 6}
    first = divide(table("abcdefghij"), LABELS, fold=1)
    assert who(found)["valid"] == who(first)["test"]
    same = found.facts["assignment_sha256"], first.facts["assignment_sha256"]
    assert same[0] == same[1]
    assert found.disjoint == {
        "speaker": ("train & valid", "train & test", "valid & test")
    }


@pytest.mark.parametrize("speakers", ["abcd", "abcde", "abcdef"])
def test_four_to_six_speakers_are_left_out_one_by_one(speakers):
    found = [
        who(divide(table(speakers), LABELS, fold + 1))
        for fold in range(len(speakers))
    ]
    assert [one["test"] for one in found] == list(speakers)
    # the next one validates, cyclically
    assert [one["valid"] for one in found] == [*speakers[1:], speakers[0]]


def test_an_emotion_of_few_speakers_makes_fewer_folds():
    clips = table("abcdefghij")
    rare = ~clips["speaker"].isin(list("abc")) & (clips["emotion"] == "sad")
    found = divide(clips[~rare], LABELS)
    assert found.facts["folds"] == 3
    assert found.facts["validation"] == "other speakers"
    counts = found.clips.groupby(["split", "emotion"]).size()
    assert len(counts) == 6 and counts.min() == 2


def test_the_order_of_clips_changes_nothing():
    clips = table("abcdefg")
    found = divide(clips, LABELS, 2)
    mixed = divide(clips.sample(frac=1, random_state=3), LABELS, 2)
    assert mixed.facts == found.facts
    split = mixed.clips.sort_index()["split"]
    assert split.tolist() == found.clips["split"].tolist()


def test_a_class_that_a_fold_would_lack_is_named_with_what_would_do():
    clips = table("abcd")
    clips = clips[(clips["speaker"] != "d") | (clips["emotion"] != "sad")]
    told = (
        "Expected clips of every class in each of 4 folds, but there is no "
        "'sad' in fold 4. There are such folds if there are 3: add --folds=3."
    )
    with pytest.raises(ValueError, match=re.escape(told)):
        divide(clips, LABELS, 1, folds=4)
    assert divide(clips, LABELS, 1, folds=3).facts["folds"] == 3
    assert divide(clips, LABELS, 1).facts["folds"] == 3


def test_folds_that_are_not_there_are_named():
    with pytest.raises(ValueError, match="one of 1 to 4, .* but got 5"):
        divide(table("abcd"), LABELS, 5)


def test_an_emotion_of_one_speaker_is_named():
    clips = table("abc")
    clips = clips[(clips["speaker"] == "b") | (clips["emotion"] != "sad")]
    told = "all clips of sad belong together \\(b\\). Leave such a class out"
    with pytest.raises(ValueError, match=told):
        divide(clips, LABELS)


# ------------------------------------------------------------ two and one
def test_two_speakers_are_tested_one_with_the_other():
    found = divide(table("ab", repeats=8), LABELS, fold=2)
    assert who(found) == {"train": "a", "valid": "a", "test": "b"}
    texts = found.clips.groupby("split")["text"].unique()
    assert len(texts["valid"]) == 2  # a fourth of 8
    assert not {*texts["valid"]} & {*texts["train"]}
    assert found.facts["validation"] == "other words"
    [caveat] = found.caveats
    assert caveat.startswith("validated with other words (2 of 8) of the spe")
    assert found.disjoint == {
        "speaker": ("train & test", "valid & test"),
        "text": ("train & valid",),
    }


def test_without_words_a_stretch_validates_and_not_what_lies_between():
    clips = table("ab", repeats=8).drop(columns="text")
    found = divide(clips, LABELS, fold=1)
    assert found.facts["validation"] == "another stretch"
    valid = found.clips["ID"][found.clips["split"] == "valid"]
    assert valid.tolist() == ["b/angry0", "b/angry1", "b/sad0", "b/sad1"]
    assert "another stretch of the recordings" in found.caveats[0]


def test_one_speaker_is_no_benchmark():
    told = "but there is one \\(a\\).*--fold=source.*--fold=whole"
    with pytest.raises(ValueError, match=told):
        divide(table("a"), LABELS)


def test_one_speaker_is_a_source_or_a_target():
    source = divide(table("a", repeats=8), LABELS, "source")
    assert who(source) == {"train": "a", "valid": "a"}
    assert source.splits == ("train", "valid") and source.caveats
    assert source.disjoint == {"text": ("train & valid",)}
    whole = divide(table("a"), LABELS, "whole")
    assert who(whole) == {"test": "a"} and whole.splits == ("test",)


def test_a_source_of_several_speakers_validates_with_others():
    found = divide(table("abcdefghij"), LABELS, "source")
    assert not {*who(found)["train"]} & {*who(found)["valid"]}
    assert found.disjoint == {"speaker": ("train & valid",)}


def test_one_file_an_emotion_cannot_be_a_source():
    clips = table("a", repeats=4).drop(columns="text")
    clips = clips.assign(wav=clips["emotion"], start="0", end="1")
    told = "all of angry, sad are of one speaker and in one file or recording"
    with pytest.raises(ValueError, match=f"{told}. Take the corpus as a targ"):
        divide(clips, LABELS, "source")
    clips["wav"] = clips["wav"].where(clips["emotion"] == "sad", clips["ID"])
    told = "all of sad are of .*. Leave such a class out of `labels`; or take"
    with pytest.raises(ValueError, match=told):
        divide(clips, LABELS, "source")


def test_two_speakers_without_a_class_in_common_are_a_target_alone():
    clips = table("ab")
    clips = clips[(clips["emotion"] == "sad") == (clips["speaker"] == "a")]
    told = "angry, sad belong together (a, b). Take the corpus as a target"
    with pytest.raises(ValueError, match=re.escape(told)):
        divide(clips, LABELS)


# ------------------------------------------------- what belongs together
def test_who_is_held_together_is_named_with_what_holds_and_what_to_do():
    clips = table("abcdefgh").assign(start="0", end="1")
    joined = clips.assign(wav=clips["emotion"] + ".wav")  # sorted by emotion
    told = (
        "all of a, b, c, d, e and 3 more belong together, since they share:\n"
        "  file angry.wav: a, b, c, d, e and 3 more\n"
        "  file sad.wav: a, b, c, d, e and 3 more\n"
        "To part them, cut the recordings so that no file has speakers of two "
        "sides. Or take the corpus as a target alone, with --fold=whole."
    )
    with pytest.raises(ValueError, match=re.escape(told)):
        divide(joined, LABELS)
    told = (
        "all of angry, sad belong together, since speakers share:\n"
        "  file angry.wav: a, b, c, d, e and 3 more\n"
    )
    with pytest.raises(ValueError, match=re.escape(told)) as error:
        divide(joined, LABELS, "source")
    assert "two sides. Or take the corpus as a target" in str(error.value)


def test_groups_and_copies_that_hold_a_class_together_are_named():
    clips = table("abcd").assign(group="")
    sad = clips["emotion"] == "sad"
    clips = clips[~sad | clips["speaker"].isin(["a", "b"])]
    clips.loc[clips["speaker"].isin(["a", "b"]), "group"] = "show"
    told = (
        "all clips of sad belong together (a, b), since they share:\n"
        "  group show: a, b\n"
        "To part them, name smaller groups. Or leave such a class out of"
    )
    with pytest.raises(ValueError, match=re.escape(told)):
        divide(clips, LABELS)
    told = "  recording a/sad0 = b/sad1: a, b\nTo part them, name one speaker"
    with pytest.raises(ValueError, match=re.escape(told)):
        clips = clips.assign(group="")
        divide(clips, LABELS, copies=[["a/sad0", "b/sad1"]])


def test_nobody_knows_who_speaks():
    clips = table("abcd")
    clips.loc[[1, 2], "speaker"] = ""
    told = "(?s)of 2 it is unknown:\n  a/angry1\n  a/sad0\n.*column `group`"
    for fold in (1, "source"):
        with pytest.raises(ValueError, match=told):
            divide(clips, LABELS, fold)


def test_dialogues_stand_for_speakers():
    clips = table("abcde")
    clips = clips.assign(group=clips["speaker"], speaker="")
    found = divide(clips, LABELS, fold=2)
    groups = found.clips.groupby("split")["group"].unique()
    assert groups["test"].tolist() == ["b"] and len(groups["train"]) == 3
    assert set(found.disjoint) == {"speaker", "group"}


def test_who_meets_in_a_dialogue_stays_in_one_fold():
    clips = table("abcdefgh")
    couples = dict(zip("abcdefgh", "11223344"))
    found = divide(clips.assign(group=clips["speaker"].map(couples)), LABELS)
    assert found.facts["folds"] == found.facts["groups"] == 4
    assert who(found)["test"] == "ab"


def test_segments_of_one_file_stay_in_one_fold():
    clips = table("abcd").assign(start="0", end="1")
    talk = clips["speaker"].isin(["a", "c"]) & (clips["emotion"] == "sad")
    clips.loc[talk, "wav"] = "talk.wav"
    clips.loc[talk, "start"] = ["0", "1", "2", "3"]
    found = divide(clips, LABELS)
    assert who(found)["test"] == "ac" and "wav" in found.disjoint


def test_copies_stay_in_one_fold():
    clips = table("abcdef")
    found = divide(clips, LABELS, copies=[["a/sad0", "d/sad1", "no clip"]])
    assert who(found)["test"] == "ad" and found.facts["groups"] == 5


def test_folders_of_a_copy_change_nothing():
    clips = table("abcdefg")
    other = clips.assign(ID=clips["emotion"] + clips.index.astype(str))
    other["wav"] = other["ID"]
    found, same = divide(clips, LABELS, 2), divide(other, LABELS, 2)
    assert found.facts == same.facts and who(found) == who(same)


def test_a_dialogue_that_is_called_like_a_speaker_is_another():
    clips = table("abcdef").assign(group="")
    nobody = clips["speaker"].isin(["e", "f"])
    names = clips["speaker"].replace({"e": "a", "f": "b"})
    clips.loc[nobody, "group"] = names[nobody]
    clips.loc[nobody, "speaker"] = ""
    assert divide(clips, LABELS).facts["groups"] == 6


@pytest.mark.parametrize("seed", range(60))
def test_whatever_the_corpus_nobody_is_known_to_the_test(seed):
    draw = np.random.default_rng(seed)
    size, labels = int(draw.integers(20, 150)), list("abc")
    clips = pandas.DataFrame({"ID": [f"{n:03}" for n in range(size)]})
    clips["wav"] = [f"file {n}" for n in draw.integers(0, size, size)]
    clips["speaker"] = [f"s{n}" for n in draw.integers(0, 12, size)]
    clips["emotion"] = draw.choice(labels, size, p=[0.2, 0.3, 0.5])
    clips["group"] = draw.choice(["", "", "", "g", "h"], size)
    if seed % 2:  # else everybody meets everybody
        clips = clips.assign(group="", wav=clips["ID"])
    same = [[*draw.choice(clips["ID"], 2, replace=False)]]
    fold = [1, 2, "source"][seed % 3]
    try:
        found = divide(clips, labels, fold, copies=same)
    except ValueError as error:
        assert str(error).startswith("Expected ")
        return
    split = dict(zip(found.clips["ID"], found.clips["split"]))
    assert len({split[clip] for clip in same[0]}) == 1
    of_test = found.clips["split"] == "test"
    for field in ("speaker", "group", "wav"):
        tested = {*found.clips[field][of_test]} - {""}
        assert not tested & {*found.clips[field][~of_test]}
    counts = found.clips.groupby(["split", "emotion"]).size()
    assert len(counts) == len(labels) * len(found.splits)
    mixed = clips.sample(frac=1, random_state=seed)
    again = divide(mixed, labels[::-1], fold, copies=same).clips["split"]
    assert again.sort_index().tolist() == found.clips["split"].tolist()
