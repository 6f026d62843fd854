"""The paper's prompts, word by word, and those of words it never used."""

import logging

import pytest

from speechbrain_zsfuse.lobes import CLAP
from speechbrain_zsfuse.zeroshot.prompts import (
    PAPER_TEMPLATES,
    amplify,
    build_prompts,
    labels_without_words,
    prompts_hash,
)
from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
from speechbrain_zsfuse.zeroshot.words import EMOTION_WORDS


def test_the_papers_row_of_angry():
    assert build_prompts(["angry"]) == [
        ["angry speech"],
        ["a person speaking angrily"],
        ["anger in the voice"],
    ]


def test_every_emotion_has_three_different_prompts():
    prompts = build_prompts(list(EMOTION_WORDS))
    flat = [prompt for row in prompts for prompt in row]
    assert len(set(flat)) == 3 * len(EMOTION_WORDS)


@pytest.mark.parametrize(
    "repeats, expected",
    [(1, "sad speech"), (2, "2 instances of sad speech")],
)
def test_amplification_is_the_papers_wording(repeats, expected):
    assert amplify("sad speech", repeats) == expected


def test_amplification_reaches_every_prompt():
    prompts = build_prompts(["sad", "angry"], PAPER_TEMPLATES, repeats=4)
    assert all(p.startswith("4 instances of ") for row in prompts for p in row)


def test_a_word_or_a_phrase_is_said_to_be_several():
    phrase = build_prompts(["angry"], repeats=3)
    word = build_prompts(["angry"], repeats=3, scope="word")
    assert [row[0] for row in phrase] == [
        "3 instances of angry speech",
        "3 instances of a person speaking angrily",
        "3 instances of anger in the voice",
    ]
    assert [row[0] for row in word] == [
        "3 instances of angry speech",
        "a person speaking 3 instances of angrily",
        "3 instances of anger in the voice",
    ]
    assert build_prompts(["angry"], scope="word") == build_prompts(["angry"])
    for scope, said in (
        ("phrase", "2 instances of A speaker in a angry tone."),
        ("word", "A speaker in a 2 instances of angry tone."),
    ):
        assert build_prompts(["angry"], "clsp", 2, scope) == [[said]]
    with pytest.raises(ValueError, match="`scope` to be one of phrase, word"):
        build_prompts(["angry"], scope="words")


def test_a_sentence_without_a_word_cannot_be_amplified_by_it(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("source: me\nprompts: {sad: [tears], calm: ['{noun}']}")
    assert build_prompts(["sad", "calm"], path, 1, "word")
    with pytest.raises(ValueError, match="'tears' of 'sad' .prompt set mine"):
        build_prompts(["sad", "calm"], path, 2, "word")
    assert build_prompts(["calm"], path, 2, "word") == [
        ["2 instances of calmness"]
    ]


def test_hash_depends_on_words_and_order():
    sets = [build_prompts(["sad", "angry"]), build_prompts(["angry", "sad"])]
    sets.append(build_prompts(["sad", "angry"], repeats=2))
    assert len({prompts_hash(prompts) for prompts in sets}) == 3


@pytest.mark.parametrize(
    "template",
    ["speech", "{colour}", "{noun} {x}", "{label", "label}", "{label} {}"]
    + ["{label!r}", "{label:>1000000000}", "{label:{noun}}", "{label.upper}"],
)
def test_a_template_that_cannot_be_filled_is_named(template):
    with pytest.raises(ValueError, match="fields {label}, {adjective}") as info:
        build_prompts(["bored"], [template])
    assert repr(template) in str(info.value)


@pytest.mark.parametrize(
    "label, prompts",
    [
        ("bored", ["bored speech", "with boredom", "boredom in"]),
        ("Boredom", ["bored speech", "with boredom", "boredom in"]),
        ("amused", ["amused speech", "with amusement", "amusement in"]),
        ("ANGER", ["angry speech", "angrily", "anger in"]),
        ("fear", ["fearful speech", "fearfully", "fear in"]),
        ("joy", ["joyful speech", "joyfully", "joy in"]),
        ("disgust", ["disgusted speech", "with disgust", "disgust in"]),
        ("sleepiness", ["sleepy speech", "sleepily", "sleepiness in"]),
        ("hate", ["hateful speech", "hatefully", "hatred in"]),
    ],
)
def test_words_of_one_family_have_the_same_prompts(label, prompts):
    for row, expected in zip(build_prompts([label]), prompts):
        assert expected in row[0]


def test_a_word_without_forms_falls_back_alone():
    prompts = build_prompts(["angry", "smug", "uneasy"])
    assert prompts == [
        ["angry speech", "smug speech", "uneasy speech"],
        [
            "a person speaking angrily",
            "a person speaking in a smug way",
            "a person speaking in an uneasy way",
        ],
        [
            "anger in the voice",
            "a smug tone in the voice",
            "an uneasy tone in the voice",
        ],
    ]
    assert labels_without_words(["angry", "smug", "uneasy"]) == [
        "smug",
        "uneasy",
    ]


def test_the_scorer_notes_words_without_forms(tiny_clap, caplog):
    alm = CLAP(tiny_clap)
    with caplog.at_level(logging.WARNING):
        ZeroShotScorer(alm, ["angry", "smug"])
    (record,) = caplog.records
    assert "'smug'" in record.message and "a smug tone" in record.message
    caplog.clear()
    ZeroShotScorer(alm, ["angry", "smug"], ["{label} speech"])
    assert not caplog.records


def test_labels_that_the_prompts_cannot_tell_apart_are_named():
    with pytest.raises(ValueError, match="'angry' and 'Anger' are words of"):
        build_prompts(["angry", "sad", "Anger"])
    build_prompts(["angry", "sad", "Anger"], ["{label} speech"])


@pytest.mark.parametrize("labels", ["angry", [], [1, 2], [""], [" "], None])
def test_labels_are_a_list_of_words(labels):
    with pytest.raises(ValueError, match="`labels` to be a list of emotion w"):
        build_prompts(labels)


def test_repeats_below_one_are_refused():
    with pytest.raises(ValueError, match="from 1 to 100, but got 0"):
        amplify("sad speech", 0)
