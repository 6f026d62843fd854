"""The paper's prompts, word by word."""

import pytest

from speechbrain_zsfuse.zeroshot.prompts import (
    EMOTION_WORDS,
    PAPER_TEMPLATES,
    amplify,
    build_prompts,
    prompts_hash,
)


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


def test_hash_depends_on_words_and_order():
    sets = [build_prompts(["sad", "angry"]), build_prompts(["angry", "sad"])]
    sets.append(build_prompts(["sad", "angry"], repeats=2))
    assert len({prompts_hash(prompts) for prompts in sets}) == 3


@pytest.mark.parametrize("template", ["speech", "{noun} voice", "{colour}"])
def test_a_template_that_cannot_be_filled_is_named(template):
    with pytest.raises(ValueError, match="use {label}"):
        build_prompts(["bored"], [template])


def test_repeats_below_one_are_refused():
    with pytest.raises(ValueError, match="at least 1, but got 0"):
        amplify("sad speech", 0)
