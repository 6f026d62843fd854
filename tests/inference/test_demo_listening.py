"""A recording on the page: heard once, and what is said of it then."""

import pytest
import torch
from page_models import LABELS, ask_words, make_recognizer, write_sound

from speechbrain_zsfuse.fusion import ZSFuseHead
from speechbrain_zsfuse.inference.demo.listening import HOP, WINDOW, Listener


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    return write_sound(tmp_path_factory.mktemp("sounds") / "short.wav", 2)


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    path = tmp_path_factory.mktemp("sounds") / "long.wav"
    return write_sound(path, 23, silent=[(4.5, 11)])


@pytest.fixture(scope="module")
def fused(tiny_clap):
    return make_recognizer(tiny_clap)


def close(values):
    return pytest.approx(values, abs=1e-5)


@pytest.mark.parametrize("kind", ["fused", "plain", "words"])
@pytest.mark.parametrize("window", [None, WINDOW])
def test_the_page_says_what_predict_says(kind, window, tiny_clap, request):
    recognizer = {
        "fused": lambda: request.getfixturevalue("fused"),
        "plain": make_recognizer,
        "words": lambda: ask_words(tiny_clap),
    }[kind]()
    path = request.getfixturevalue("long" if window else "short")
    options = {"window": window, "hop": HOP} if window else {}
    [wanted] = recognizer.predict([path], **options)
    listener = Listener(recognizer)
    heard = listener.hear(path)
    answer = heard.prediction
    if listener.zero_shot:
        asked = listener.ask(heard, listener.labels, listener.prompts)
        assert asked.scores == close(wanted.zero_shot)
        answer = answer or asked.prediction
    assert answer.probabilities == close(wanted.probabilities)
    assert len(answer.segments) == len(wanted.segments)
    for mine, its in zip(answer.segments, wanted.segments):
        assert (mine.start, mine.end) == (its.start, its.end)
        assert mine.probabilities == close(its.probabilities)
    assert answer.warnings == wanted.warnings
    assert bool(answer.segments) == bool(window)


def test_a_page_is_told_of_silent_windows(long, fused):
    [said] = Listener(fused).hear(long).warnings
    assert "windows are silent and left out" in said


def test_new_words_are_asked_without_hearing_again(short, fused, monkeypatch):
    listener = Listener(fused)
    heard = listener.hear(short)
    first = listener.ask(heard, listener.labels, listener.prompts)
    monkeypatch.setattr(type(fused.alm), "encode_audio", None)
    asked = listener.ask(heard, ["bored", "sad"], ["{label} speech"])
    assert asked.labels == ["bored", "sad"]
    assert asked.prompts == [["bored speech", "sad speech"]]
    # "sad speech" is one of the model's own prompts, too.
    assert first.prompts[0][LABELS.index("sad")] == "sad speech"
    own = first.similarities[0][LABELS.index("sad")]
    assert asked.similarities[0][1] == close(own)


def test_cosines_are_those_of_the_prompts(short, fused):
    listener = Listener(fused)
    asked = listener.ask(listener.hear(short), listener.labels, [])
    [said] = fused.predict([short], per_prompt=True)
    told = {
        (one["label"], one["prompt"]): one["score"] for one in said.per_prompt
    }
    assert len(told) == 3 * len(LABELS)
    for texts, row in zip(asked.prompts, asked.similarities):
        for label, text, score in zip(LABELS, texts, row):
            assert score == close(told[label, text])


def test_without_scores_is_the_same_head_told_nothing(short, fused):
    fusion = Listener(fused).hear(short).fusion
    pooled = fused.embed([fused.read(short)])
    wanted = fused.model.head.linear(pooled).softmax(-1)[0].tolist()
    assert fusion.before == close(wanted)
    assert fusion.after == close(fused.predict([short])[0].probabilities)
    assert max(abs(a - b) for a, b in zip(fusion.before, fusion.after)) > 1e-3
    assert "not a model trained without them" in fusion.meaning


@pytest.mark.parametrize("falls_back", [False, True])
def test_without_scores_is_the_layer_beside_if_there_is_one(
    short, tiny_clap, falls_back
):
    head = ZSFuseHead(8, len(LABELS), fallback="validation")
    torch.nn.init.normal_(head.alone.weight)
    recognizer = make_recognizer(tiny_clap, head)
    recognizer.model.fallback = falls_back
    heard = Listener(recognizer).hear(short)
    pooled = recognizer.embed([recognizer.read(short)])
    wanted = head.alone(pooled).softmax(-1)[0].tolist()
    assert heard.fusion.before == close(wanted)
    chosen = heard.fusion.before if falls_back else heard.fusion.after
    assert heard.prediction.probabilities == chosen
    assert heard.prediction.probabilities == close(
        recognizer.predict([short])[0].probabilities
    )
    assert ("answers without" in heard.fusion.meaning) is falls_back


def test_a_model_without_scores_is_not_fused(short):
    listener = Listener(make_recognizer())
    assert listener.trained and not listener.zero_shot
    assert listener.hear(short).fusion is None


@pytest.mark.parametrize("seconds, told", [(0.01, "too short"), (0, "empty")])
def test_what_cannot_be_heard_is_named(tmp_path, fused, seconds, told):
    path = write_sound(tmp_path / "clip.wav", seconds)
    with pytest.raises(ValueError, match=rf"clip\.wav.*{told}"):
        Listener(fused).hear(path)


@pytest.mark.parametrize(
    "options, number",
    [
        ({}, 3),
        ({"prompts": "clsp"}, 1),
        ({"prompts": ["{label} {{voice}}"]}, 1),
        ({"text_repeats": 3}, 3),
        ({"text_repeats": 3, "scope": "word"}, 3),
        ({"prompts": "paraclap_captions"}, 0),
    ],
    ids=str,
)
def test_prompts_are_shown_as_templates(tiny_clap, options, number):
    recognizer = ask_words(tiny_clap, **options)
    found = Listener(recognizer).prompts
    assert len(found) == number
    if found:
        plain = ask_words(tiny_clap).with_words(LABELS, found)
        assert plain.prompts == recognizer.prompts
