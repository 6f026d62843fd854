"""Zero-shot scores, and what every frozen model promises."""

import pytest
import soundfile
import speechbrain as sb
import torch
from fake_alm import FakeALM
from speechbrain.dataio.batch import PaddedBatch

from speechbrain_zsfuse.lobes import CLAP
from speechbrain_zsfuse.zeroshot.prompts import build_prompts
from speechbrain_zsfuse.zeroshot.scorer import (
    ZeroShotScorer,
    text_bank,
    zero_shot_scores,
)

LABELS = ["angry", "neutral", "sad"]


@pytest.fixture
def wavs():
    return torch.randn(3, 800, generator=torch.Generator().manual_seed(1))


def test_scores_are_the_mean_cosine_over_prompts(wavs):
    alm = FakeALM()
    prompts = build_prompts(LABELS)
    audio = alm.encode_audio(wavs)
    scores = zero_shot_scores(audio, text_bank(alm, prompts))
    for clip in range(3):
        for emotion in range(3):
            cosines = [
                torch.cosine_similarity(
                    audio[clip], alm.encode_text([row[emotion]])[0], dim=0
                )
                for row in prompts
            ]
            expected = sum(cosines) / len(cosines)
            assert scores[clip, emotion] == pytest.approx(
                float(expected), abs=1e-6
            )


def test_scorer_follows_the_order_of_its_labels(wavs):
    forward = ZeroShotScorer(FakeALM(), LABELS)(wavs)
    backward = ZeroShotScorer(FakeALM(), LABELS[::-1])(wavs)
    torch.testing.assert_close(forward, backward.flip(1))


def test_scorer_resamples_what_a_recipe_gives_it(wavs):
    scorer = ZeroShotScorer(FakeALM(), LABELS, sample_rate=8000)
    lens = torch.tensor([1.0, 0.5, 0.25])
    scores = scorer(wavs, lens)
    alone = scorer(wavs[1:2, :400])
    assert scores.shape == (3, 3)
    torch.testing.assert_close(scores[1:2], alone)


def test_text_is_encoded_once(wavs):
    scorer = ZeroShotScorer(FakeALM(), LABELS)
    scorer(wavs)
    bank = scorer.bank
    scorer(wavs)
    assert scorer.bank is bank


def test_padding_and_batch_mates_do_not_matter(wavs):
    alm = FakeALM()
    together = alm.encode_audio(wavs, torch.tensor([1.0, 0.5, 0.75]))
    alone = alm.encode_audio(wavs[1:2, :400])
    torch.testing.assert_close(together[1:2], alone)


class PlainBrain(sb.Brain):
    """A Brain that knows nothing of this package."""

    def compute_forward(self, batch, stage):
        scores = self.modules.scorer(*batch.sig)
        return self.modules.linear(scores)

    def compute_objectives(self, predictions, batch, stage):
        return predictions.square().mean()


@pytest.mark.parametrize("kind", ["fake", "clap"])
def test_frozen_through_an_epoch_of_a_plain_brain(wavs, kind, tiny_clap):
    alm = FakeALM() if kind == "fake" else CLAP(tiny_clap)
    scorer = ZeroShotScorer(alm, LABELS)
    before = {k: v.clone() for k, v in scorer.alm.state_dict().items()}
    expected = scorer(wavs)
    brain = PlainBrain(
        modules={"scorer": scorer, "linear": torch.nn.Linear(3, 3)},
        opt_class=lambda parameters: torch.optim.AdamW(parameters, lr=0.1),
        run_opts={"device": "cpu", "noprogressbar": True},
    )
    items = [PaddedBatch([{"sig": wav} for wav in wavs])]
    loader = torch.utils.data.DataLoader(items, batch_size=None)
    brain.fit(range(2), loader)
    assert brain.modules.training and not scorer.alm.training
    for name, value in scorer.alm.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert torch.equal(scorer(wavs), expected)


def test_no_gradient_and_no_autocast_inside(wavs):
    alm = FakeALM()
    expected = alm.encode_audio(wavs)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = alm.encode_audio(wavs.requires_grad_())
    assert torch.equal(inside, expected)
    assert not inside.requires_grad


def test_half_precision_is_refused():
    with pytest.raises(TypeError, match="float32.*torch.bfloat16"):
        FakeALM().to(torch.bfloat16)


def test_fingerprint_follows_weights_however_they_change():
    def replace(weight):
        weight.data = torch.tensor([2.0, 3.0])

    def load(weight):
        weights = alm.state_dict() | {"norm.weight": weight + 1}
        alm.load_state_dict(weights, assign=True)

    for change in (lambda weight: weight.mul_(2), replace, load):
        alm = FakeALM()
        before = alm.fingerprint()
        with torch.no_grad():
            change(alm.norm.weight)
        assert alm.fingerprint() != before


def test_fingerprint_names_weights_and_preprocessing():
    alm, other, changed = FakeALM(), FakeALM(), FakeALM()
    other.preprocessing = "fake-2"
    changed.norm.running_mean[0] = 0.5
    prints = {m.fingerprint() for m in (alm, FakeALM(), other, changed)}
    assert len(prints) == 3


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda w: w.fill_(0), "clip 0 of the batch is silent"),
        (lambda w: w[1].fill_(torch.nan), "clip 1 of the batch holds NaN"),
    ],
)
def test_unusable_audio_is_named(wavs, spoil, message):
    spoil(wavs)
    with pytest.raises(ValueError, match=message):
        FakeALM().encode_audio(wavs)


def test_an_empty_clip_is_named(wavs):
    with pytest.raises(ValueError, match="clip 2 of the batch is empty"):
        FakeALM().encode_audio(wavs, torch.tensor([1.0, 1.0, 0.0]))


def test_prompts_that_collapse_are_refused():
    with pytest.raises(ValueError, match="tokenizer does not know"):
        FakeALM().encode_text(["angry", "yrgna"])


def test_a_prompt_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match="at most 77 tokens.* has 78"):
        FakeALM().encode_text(["sad", "sad " * 78])


def test_files_are_read_at_the_rate_of_the_model(tmp_path):
    soundfile.write(tmp_path / "a.wav", [[0.5, 0.25], [0.5, 0]] * 960, 48000)
    assert FakeALM().read_audio(tmp_path / "a.wav").shape == (640,)


@pytest.mark.parametrize("rate", [None, 8000])
def test_what_is_no_batch_is_refused_at_any_rate(rate, wavs):
    scorer = ZeroShotScorer(FakeALM(), LABELS, sample_rate=rate)
    for spoilt, lens, message in [
        (wavs[0], None, "shape .clips, samples."),
        (wavs, torch.tensor([1.0, 0.5]), "3 lengths"),
        (wavs, torch.tensor([1.0, 0.5, 1.5]), "lengths relative"),
        (wavs[:0], None, "the batch is empty"),
    ]:
        with pytest.raises(ValueError, match=message):
            scorer(spoilt, lens)
    with pytest.raises(TypeError, match="torch.from_numpy"):
        scorer(wavs.numpy())


def test_scores_follow_the_weights(wavs):
    alm = FakeALM()
    scorer = ZeroShotScorer(alm, LABELS)
    before = scorer(wavs)
    weights = {
        name: value + 1 if value.is_floating_point() else value
        for name, value in alm.state_dict().items()
    }
    alm.load_state_dict(weights)
    expected = ZeroShotScorer(alm, LABELS)(wavs)
    assert torch.equal(scorer(wavs), expected)
    assert before.shape == expected.shape


def test_a_scorer_needs_different_labels_and_repetitions():
    for labels in (["sad", "sad"], "sad", []):
        with pytest.raises(ValueError, match="at least two different labels"):
            ZeroShotScorer(FakeALM(), labels)
    with pytest.raises(ValueError, match="`audio_repeats`.*got 0"):
        ZeroShotScorer(FakeALM(), LABELS, audio_repeats=0)
