"""An audio-language model as a recogniser, without any training."""

import numpy as np
import pytest
import torch

from speechbrain_zsfuse.inference import ZeroShotEmotionRecognizer
from speechbrain_zsfuse.inference.scorers import restore_scorer
from speechbrain_zsfuse.lobes import CLAP, CLSP, ReCLAP
from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer

SOUND = np.sin(np.arange(24000) / 9).astype("float32"), 16000


@pytest.fixture(scope="module")
def clap(tiny_clap):
    return CLAP(tiny_clap)


@pytest.mark.parametrize("name", ["clap", "reclap", "clsp"])
def test_any_words_any_model(name, tiny_alms):
    kind = {"clap": CLAP, "reclap": ReCLAP, "clsp": CLSP}[name]
    alm, labels = kind(tiny_alms[name]), ["bored", "smug", "in love"]
    recognizer = ZeroShotEmotionRecognizer(alm, labels, ["{label} speech"])
    [answer] = recognizer.predict([SOUND], per_prompt=True)
    wave = alm.resample(*SOUND)
    scorer = ZeroShotScorer(alm, labels, ["{label} speech"])
    expected = scorer(torch.from_numpy(wave)[None])[0]
    assert answer.zero_shot == pytest.approx(expected.tolist(), abs=1e-6)
    softmax = (expected / 0.07).softmax(-1).tolist()
    assert answer.probabilities == pytest.approx(softmax, abs=1e-6)
    assert [one["prompt"] for one in answer.per_prompt] == [
        "bored speech",
        "smug speech",
        "in love speech",
    ]


def test_every_prompt_is_told_where_embeddings_are_averaged(clap):
    recognizer = ZeroShotEmotionRecognizer(
        clap, ["sad", "angry"], ensemble="embeddings"
    )
    [answer] = recognizer.predict([SOUND], per_prompt=True)
    assert len(answer.per_prompt) == 6
    texts = [one["prompt"] for one in answer.per_prompt]
    audio = clap.encode_audio(torch.from_numpy(clap.resample(*SOUND))[None])
    expected = (audio @ clap.encode_text(texts).T)[0].tolist()
    found = [one["score"] for one in answer.per_prompt]
    assert found == pytest.approx(expected, abs=1e-6)


def test_what_a_run_said_is_said_again(clap):
    options = {"audio_repeats": 2, "text_repeats": 3, "scope": "word"}
    made = ZeroShotScorer(
        clap,
        ["sad", "angry"],
        ["{label} {{!}}", "a {noun}"],
        ensemble="learned",
        weights=[0.25, 0.75],
        **options,
    )
    again = restore_scorer(clap, made.describe())
    assert again.prompts == made.prompts and "{!}" in made.prompts[0][0]
    wave = torch.from_numpy(clap.resample(*SOUND))
    [answer] = again.predict([SOUND])
    expected = made(wave[None])[0].tolist()
    assert answer.zero_shot == pytest.approx(expected, abs=1e-6)
    other = again.with_words(["calm", "shy"], ["voice of {label}"])
    assert other.prompts == [
        ["voice of 3 instances of calm", "voice of 3 instances of shy"]
    ]
    assert other.scorer.audio_repeats == 2


def test_labels_are_checked(clap):
    with pytest.raises(ValueError, match="at least two different labels"):
        ZeroShotEmotionRecognizer(clap, ["sad", "sad"])
    with pytest.raises(ValueError, match="`temperature` to be a number above"):
        ZeroShotEmotionRecognizer(clap, ["sad", "mad"], temperature=0)
