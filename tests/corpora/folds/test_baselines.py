"""What is reached without hearing, worked by hand."""

import pandas
import pytest

from speechbrain_zsfuse.corpora.folds.baselines import (
    describe_unheard,
    give_away,
    measure_baselines,
    tell_baselines,
)
from speechbrain_zsfuse.corpora.folds.division import Division

LABELS = ["angry", "happy", "sad"]


def table(*rows):
    """Split, speaker, text and emotion, a word each."""
    columns = ["split", "speaker", "text", "emotion"]
    return pandas.DataFrame([row.split() for row in rows], columns=columns)


def test_by_text_it_is_the_most_frequent_emotion_of_the_text_in_train():
    clips = table(
        *("train a hello happy", "train a hello happy", "train a hello sad"),
        *("train a no angry", "train b no angry", "train b bye sad"),
        "train b bye angry",  # a tie: angry is more frequent in train
        # hello -> happy, no -> angry, bye -> angry, new -> angry (of all)
        *("test c hello happy", "test c no angry", "test c bye sad"),
        *("test c new angry", "test c hello sad"),
        "valid d hello angry",  # neither learned from nor tested
    )
    found = measure_baselines(clips, LABELS)["text"]
    # recall: angry 2 of 2, happy 1 of 1, sad 0 of 2
    assert found["uar"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["clips"] == 5


def test_a_clip_of_unknown_words_gets_what_is_usual():
    clips = table("train a x sad", "train a y angry", "train b y angry")
    clips = joined(clips, table("test c z angry", "test c x sad"))
    clips["text"] = clips["text"].replace("z", "")
    found = measure_baselines(clips, ["angry", "sad"])["text"]
    assert found["uar"] == 1.0


def joined(*tables):
    return pandas.concat(tables, ignore_index=True)


def test_by_speaker_it_is_the_most_frequent_emotion_of_the_others():
    clips = table(
        *("train a - sad", "train a - sad", "test a - angry"),
        *("train b - happy", "valid b - happy"),
        "test c - angry",  # alone: of all others sad and happy are two each
    )
    found = measure_baselines(clips, LABELS)["speaker"]
    # a: sad leaves one sad, one angry; of the rest of the corpus angry has 2,
    # sad 1, so both sad clips are taken for angry, and angry for sad.
    # b: happy, twice right. c: angry leaves happy 2, sad 2: happy is first.
    assert found["uar"] == pytest.approx(1 / 3, abs=1e-4)
    assert (found["speakers"], found["of_one_emotion"]) == (3, 2)


def test_one_clip_a_speaker_tells_nothing():
    rows = [f"train s{n} - {label}" for n, label in enumerate(LABELS * 20)]
    found = measure_baselines(table(*rows), LABELS)["speaker"]
    assert found["uar"] == 0  # never its own emotion, of which one is missing
    assert give_away({"speaker": found}, LABELS) == []


def test_one_emotion_a_speaker_tells_everything():
    rows = [f"train s{n} - {label}" for n, label in enumerate(LABELS)] * 5
    found = measure_baselines(table(*rows), LABELS)
    assert found["speaker"]["uar"] == 1
    assert give_away(found, LABELS) == ["speaker"]


def test_always_the_same_is_chance():
    clips = table("train a x sad", "train a x sad", "test b x angry")
    found = measure_baselines(clips, ["angry", "sad"])
    assert found["majority"] == {"uar": 0.5, "standard_error": 0, "clips": 3}


def test_what_is_not_known_is_not_measured():
    clips = table("test - x sad", "test - x angry").assign(speaker="")
    assert set(measure_baselines(clips, ["angry", "sad"])) == {"majority"}
    with_train = clips.assign(split=["train", "test"], text="")
    assert "text" not in measure_baselines(with_train, ["angry", "sad"])


def test_the_standard_error_is_that_of_a_mean_of_shares():
    clips = table("train a x angry", "train a y sad", "train a y sad")
    tested = ["test b x angry"] * 3 + ["test b y angry"] + ["test b y sad"] * 4
    found = measure_baselines(joined(clips, table(*tested)), LABELS[::2])
    # recalls 3/4 of 4 and 4/4 of 4: sqrt(3/16/4 + 0) / 2
    assert found["text"]["standard_error"] == pytest.approx(0.1083, abs=1e-4)


@pytest.mark.parametrize(
    "uar, error, told",
    [(0.55, 0.01, True), (0.549, 0.01, False), (0.6, 0.051, False)],
)
def test_clearly_above_chance_is_a_tenth_of_the_way_and_two_errors(
    uar, error, told
):
    found = {"text": {"uar": uar, "standard_error": error}}
    assert give_away(found, ["angry", "sad"]) == ["text"] * told


def test_what_is_known_and_what_is_measured_is_told_once():
    found = {"speaker": {"uar": 0.9, "standard_error": 0.01}}
    about = {"confounded": "speaker", "confounded_because": "by design"}
    [told] = tell_baselines(found, ["angry", "sad"], about)
    assert told == (
        "the speaker gives the emotion away (by design): without hearing, a "
        "UAR of 0.900 is reached (chance 0.500)"
    )
    assert tell_baselines({}, ["angry", "sad"], {"confounded": None}) == []


def test_caveats_of_the_division_come_first():
    clips = table("train a x sad", "test b x sad").assign(emotion=["sad"] * 2)
    told = describe_unheard(
        Division(clips, {"fold": 1}, ("two",)), clips, ["sad"]
    )
    assert told["caveats"][0] == "two" and told["division"] == {"fold": 1}
