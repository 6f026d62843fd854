"""Three ways from P prompts to one score, worked by hand."""

import logging

import numpy as np
import pytest
import soundfile
import torch
from fake_alm import FakeALM

from speechbrain_zsfuse.zeroshot.amplification import sweep
from speechbrain_zsfuse.zeroshot.ensembles import (
    average_embeddings,
    compare,
    learn_weights,
    pool_similarities,
)
from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer, text_bank
from speechbrain_zsfuse.zeroshot.source import DualEncoderSource

LABELS = ["angry", "neutral", "sad"]


def test_similarities_and_embeddings_by_hand():
    # One emotion, two prompts at a right angle; a clip 3-4-5.
    bank = torch.tensor([[[1.0, 0.0]], [[0.0, 1.0]]])
    similarities = compare(torch.tensor([[0.6, 0.8]]), bank)
    assert similarities.flatten().tolist() == pytest.approx([0.6, 0.8])
    assert float(pool_similarities(similarities)) == pytest.approx(0.7)
    weighted = pool_similarities(similarities, [0.25, 0.75])
    assert float(weighted) == pytest.approx(0.25 * 0.6 + 0.75 * 0.8)
    # The mean (1/2, 1/2) has norm 1/sqrt(2): 0.7 times sqrt(2).
    averaged = average_embeddings(bank)
    assert averaged.flatten().tolist() == pytest.approx([0.5**0.5] * 2)
    score = compare(torch.tensor([[0.6, 0.8]]), averaged)
    assert float(score) == pytest.approx(0.7 * 2**0.5)


def draw(n_clips=200, size=3, n_emotions=4, noise=(0.02, 0.1, 1.0)):
    """Similarities whose prompts tell the labels with more and more noise."""
    rng = np.random.default_rng(0)
    targets = rng.integers(n_emotions, size=n_clips)
    right = 0.1 * np.eye(n_emotions)[targets][:, None]
    spread = 0.3 * np.array(noise)[None, :, None]
    drawn = rng.standard_normal((n_clips, size, n_emotions))
    return torch.tensor(right + spread * drawn).float(), targets.tolist()


def cross_entropy(similarities, targets, scales):
    """An independent transcription, in torch."""
    logits = (similarities.double() * torch.tensor(scales)[:, None]).sum(1)
    return float(
        torch.nn.functional.cross_entropy(logits, torch.tensor(targets))
    )


def test_the_better_a_prompt_the_more_it_weighs():
    weights = learn_weights(*draw())
    assert sum(weights) == pytest.approx(1)
    assert weights[0] > weights[1] > weights[2] >= 0
    assert learn_weights(*draw()) == weights


def test_learned_weights_are_the_best_of_a_grid():
    similarities, targets = draw(noise=(0.2, 0.3, 0.6))
    weights = np.array(learn_weights(similarities, targets))
    scales = np.linspace(0.1, 100, 500)
    best = min(
        cross_entropy(similarities, targets, scale * weights)
        for scale in scales
    )
    thirds = [i / 10 for i in range(11)]
    for first in thirds:
        for second in thirds:
            if first + second <= 1:
                other = np.array([first, second, 1 - first - second])
                for scale in scales[::10]:
                    loss = cross_entropy(similarities, targets, scale * other)
                    assert loss > best - 1e-4


def test_two_prompts_by_hand():
    # Each of the two clips has margin 0.2 by the first prompt, -0.1 by the
    # second one: all weight is the first's. With margins 0.2 and 0.2 it is
    # shared, from a symmetric start; with none right, too.
    margins = torch.tensor([[0.1, -0.1], [-0.1, 0.1]])
    first, second = margins, -0.5 * margins
    assert learn_weights(torch.stack([first, second], 1), [0, 1]) == [1, 0]
    assert learn_weights(torch.stack([second, first], 1), [0, 1]) == [0, 1]
    for same in (first, second):
        assert learn_weights(
            torch.stack([same, same], 1), [0, 1]
        ) == pytest.approx([0.5, 0.5])


# ---------------------------------------------------------------- the scorer
@pytest.fixture
def wavs():
    return torch.randn(6, 800, generator=torch.Generator().manual_seed(1))


def test_the_paper_is_the_default(wavs):
    plain = ZeroShotScorer(FakeALM(), LABELS)
    same = ZeroShotScorer(FakeALM(), LABELS, ensemble="similarities")
    assert torch.equal(plain(wavs), same(wavs))


def test_the_scorer_averages_embeddings(wavs):
    alm = FakeALM()
    scorer = ZeroShotScorer(alm, LABELS, ensemble="embeddings")
    mean = text_bank(alm, scorer.prompts).mean(0)
    expected = torch.nn.functional.cosine_similarity(
        alm.encode_audio(wavs)[:, None], mean[None], dim=-1
    )
    torch.testing.assert_close(scorer(wavs), expected)
    plain = ZeroShotScorer(alm, LABELS)(wavs)
    assert not torch.allclose(scorer(wavs), plain, atol=1e-3)


def test_given_weights_are_used(wavs):
    alm = FakeALM()
    options = {"ensemble": "learned", "weights": [0.5, 0.25, 0.25]}
    scorer = ZeroShotScorer(alm, LABELS, **options)
    alone = [
        ZeroShotScorer(alm, LABELS, [template])(wavs)
        for template in scorer.prompt_set.templates
    ]
    expected = 0.5 * alone[0] + 0.25 * alone[1] + 0.25 * alone[2]
    torch.testing.assert_close(scorer(wavs), expected)
    assert scorer.describe()["weights"] == [0.5, 0.25, 0.25]
    assert not scorer.learns


def test_weights_that_were_not_learned_are_missed(wavs):
    scorer = ZeroShotScorer(FakeALM(), LABELS, ensemble="learned")
    with pytest.raises(ValueError, match="the weights of the ensemble 'lear"):
        scorer(wavs)


def test_a_scorer_learns_from_labels_of_its_own_alone(caplog):
    alm = FakeALM()
    scorer = ZeroShotScorer(alm, LABELS, ensemble="learned")
    right, wrong = torch.eye(3), 1 - torch.eye(3)
    similarities = torch.stack([wrong, right, wrong], dim=1)
    with pytest.raises(ValueError, match=r"but got \['calm'\]. Give clips"):
        scorer.fit(similarities, ["angry", "calm", "sad"])
    with caplog.at_level(logging.INFO):
        scorer.fit(similarities, LABELS)
    assert scorer.weights == [0, 1, 0]
    assert "Prompts like 'a person speaking angrily' weigh 1.000" in caplog.text


@pytest.mark.parametrize(
    "options, message",
    [
        ({"weights": [1.0, 0, 0]}, "weights with the ensemble learned, but"),
        (
            {"weights": [1.0], "ensemble": "learned"},
            r"Expected 3 weights, one for each prompt .*, but got \[1.0\]",
        ),
    ],
)
def test_weights_that_do_not_fit_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ZeroShotScorer(FakeALM(), LABELS, **options)


WAYS = [
    {"ensemble": "similarities"},
    {"ensemble": "embeddings", "prompts": "paraclap_captions"},
    {"ensemble": "learned", "weights": [0.5, 0.25, 0.25], "scope": "word"},
    {"ensemble": "learned"},
]


@pytest.mark.parametrize("options", WAYS, ids=str)
def test_a_sweep_pools_as_its_scorer_does(options, tmp_path):
    clips = [str(tmp_path / f"{number}.wav") for number in range(4)]
    rng = np.random.default_rng(1)
    for path, size in zip(clips, (500, 700, 900, 1100)):
        soundfile.write(path, 0.1 * rng.standard_normal(size), 16000)
    scorer = ZeroShotScorer(FakeALM(), LABELS, **options)
    source = DualEncoderSource(scorer, tmp_path, "cpu", progress=False)
    if source.learns:
        with pytest.raises(ValueError, match="the weights of the ensemble"):
            sweep(source, clips)
        assert not len(source.store)  # said before anything is heard
        source.fit(clips, [*LABELS, "sad"])
    swept = sweep(source, clips, (1, 2), (1, 3))
    for a, row in zip((1, 2), swept.scores):
        for t, cell in zip((1, 3), row):
            amplified = scorer.amplified(a, t)
            assert amplified.weights == scorer.weights
            alone = DualEncoderSource(
                amplified, tmp_path, "cpu", progress=False
            )
            torch.testing.assert_close(cell, alone.score(clips))
            sounds = [scorer.alm.read_audio(path) for path in clips]
            live = [amplified(sound[None]) for sound in sounds]
            torch.testing.assert_close(cell, torch.cat(live), atol=1e-6, rtol=0)
