"""An exported model gives the answers of PyTorch, or is not kept."""

import numpy as np
import pytest
import torch

from speechbrain_zsfuse.audio.batch import ClipError
from speechbrain_zsfuse.encoders import FilterbankEncoder, SSLEncoder
from speechbrain_zsfuse.fusion import GatedLogitAddition, ZSFuseHead
from speechbrain_zsfuse.inference import (
    EmotionRecognizer,
    ZeroShotEmotionRecognizer,
)
from speechbrain_zsfuse.inference.export import (
    OnnxRecognizer,
    compare_answers,
    export_onnx,
    quantise,
    writing,
)
from speechbrain_zsfuse.inference.model import EmotionModel
from speechbrain_zsfuse.lobes import CLAP, ParaCLAP, ReCLAP
from speechbrain_zsfuse.pooling import AttentiveStatistics, MaskedMean

pytest.importorskip("onnxruntime", reason="needs the extra [onnx]")
pytest.importorskip("onnxscript", reason="needs the extra [onnx]")

LABELS = ["angry", "sad", "calm"]


def group_norm(folder):
    """A HuBERT like the base models: padding disturbs it."""
    from transformers import HubertConfig, HubertModel, Wav2Vec2FeatureExtractor

    config = HubertConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        conv_dim=[8, 8, 8],
        conv_stride=[10, 8, 4],
        conv_kernel=[10, 8, 4],
        num_conv_pos_embeddings=8,
        num_conv_pos_embedding_groups=2,
    )
    HubertModel(config).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(
        do_normalize=True, return_attention_mask=False
    ).save_pretrained(folder)
    return SSLEncoder(folder)


def parts(kind, folder, tiny_wavlm):
    """Encoder, pooling and head of random weights."""
    if kind == "filterbank":
        encoder = FilterbankEncoder(width=8)
    elif kind == "group norm":
        encoder = group_norm(folder)
    else:
        encoder = SSLEncoder(tiny_wavlm, layers="weighted")
    if kind == "filterbank":
        pooling = AttentiveStatistics(encoder.output_size)
        head = GatedLogitAddition(pooling.output_size, len(LABELS))
        torch.nn.init.normal_(head.gate.weight)
    else:
        pooling = MaskedMean(encoder.output_size)
        head = ZSFuseHead(pooling.output_size, len(LABELS))
    # Answers that are far from equal shares.
    torch.nn.init.normal_(head.linear.weight)
    return encoder, pooling, head


CASES = {
    "none": ("group norm", None),
    "clap": ("layer norm", CLAP),
    "paraclap": ("filterbank", ParaCLAP),
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory, tiny_wavlm):
    """Name of a case to recogniser and exported one, each made once."""
    made = {}

    def make(case):
        if case in made:
            return made[case]
        kind, alm = CASES[case]
        folder = tmp_path_factory.mktemp("export")
        with torch.random.fork_rng():
            torch.manual_seed(0)
            model = EmotionModel(*parts(kind, folder, tiny_wavlm))
        zero_shot = None
        if alm is not None:
            source = tmp_path_factory.mktemp("alm")
            options = {"audio_repeats": 2, "text_repeats": 2}
            zero_shot = ZeroShotEmotionRecognizer(
                alm.tiny(source), LABELS, **options
            )
        recognizer = EmotionRecognizer(model, LABELS, zero_shot)
        assert export_onnx(recognizer, folder / "onnx") <= 1e-4
        made[case] = recognizer, OnnxRecognizer(folder / "onnx")
        return made[case]

    return make


def sounds():
    """Recordings at several rates, one beyond the window of an ALM."""
    rng = np.random.default_rng(7)
    lengths = [(0.4, 16000), (2.3, 8000), (1.1, 48000), (12.0, 22050)]
    return [
        (rng.uniform(-0.4, 0.4, round(seconds * rate)).astype("float32"), rate)
        for seconds, rate in lengths
    ]


def check_same(recognizer, other):
    inputs = sounds()
    wanted = recognizer.predict(inputs, per_prompt=True)
    together = other.predict(inputs, per_prompt=True)
    alone = [other.predict(one, per_prompt=True)[0] for one in inputs]
    spread = np.ptp([one.probabilities for one in wanted], axis=0).max()
    assert spread > 1e-3  # they tell recordings apart
    for one, *others in zip(wanted, together, alone):
        for given in others:
            assert given.label == one.label
            assert given.warnings == one.warnings
            check_close(given.probabilities, one.probabilities)
            assert (given.zero_shot is None) == (one.zero_shot is None)
            if one.zero_shot is not None:
                check_close(given.zero_shot, one.zero_shot)
                check_close(*map(cosines, (given, one)))
                assert (
                    given.per_prompt[3]["prompt"]
                    == (one.per_prompt[3]["prompt"])
                )


def check_close(one, other):
    np.testing.assert_allclose(one, other, atol=2e-5)


def cosines(answer):
    return [one["score"] for one in answer.per_prompt]


@pytest.mark.parametrize("case", CASES)
def test_answers_are_those_of_pytorch_alone_and_together(case, exported):
    check_same(*exported(case))


def test_it_is_used_as_any_other_model(exported, tmp_path):
    recognizer, other = exported("none")
    loaded = EmotionRecognizer.from_pretrained(other.folder)
    wavs, lens = torch.rand(2, 9000) - 0.5, torch.tensor([1.0, 0.5])
    wanted = recognizer.classify_batch(wavs, lens)
    given = loaded.classify_batch(wavs, lens)
    torch.testing.assert_close(given[0], wanted[0], atol=2e-5, rtol=0)
    assert given[3] == wanted[3]
    assert loaded.classify(sounds()[0], top_k=1)[0]["label"] in LABELS
    with pytest.raises(ClipError, match="is too short"):
        loaded.classify_batch(torch.rand(1, 100))
    with pytest.raises(ValueError, match="gives probabilities alone"):
        loaded.encode_batch(wavs)


def test_nothing_is_kept_whose_numbers_differ(exported, tmp_path, monkeypatch):
    recognizer, _ = exported("none")
    monkeypatch.setattr(writing, "_write", lambda *_: None)
    monkeypatch.setattr(writing, "OnnxRecognizer", lambda folder: None)
    monkeypatch.setattr(writing, "compare_with_torch", lambda *_: 2e-4)
    folder = tmp_path / "onnx"
    with pytest.raises(ValueError, match="differ by 0.0002. Nothing was kept"):
        export_onnx(recognizer, folder)
    assert not list(folder.iterdir())
    (folder / "mine").touch()
    with pytest.raises(FileExistsError, match="new or an empty folder"):
        export_onnx(recognizer, folder)


def test_a_difference_is_seen(exported):
    recognizer, other = exported("none")
    assert writing.compare_with_torch(recognizer, other) < 1e-5
    bias = recognizer.model.head.linear.bias
    before = bias.clone()
    bias[0] += 0.01  # of one class
    try:
        assert writing.compare_with_torch(recognizer, other) > 1e-4
    finally:
        bias.copy_(before)


def test_a_fused_model_is_refused_with_the_reason(tmp_path):
    scorer = ZeroShotEmotionRecognizer(ReCLAP.tiny(tmp_path), LABELS)
    model = EmotionModel(
        FilterbankEncoder(width=8), MaskedMean(8), ZSFuseHead(8, 3)
    )
    recognizer = EmotionRecognizer(model, LABELS, scorer)
    with pytest.raises(ValueError, match="is a ReCLAP with: which of its"):
        export_onnx(recognizer, tmp_path / "onnx")


def test_an_encoder_that_cannot_be_exported_is_named(tmp_path):
    class Silence(torch.nn.Module):
        sample_rate = 16000

    model = EmotionModel(Silence(), MaskedMean(8), ZSFuseHead(8, 3))
    recognizer = EmotionRecognizer(model, LABELS)
    with pytest.raises(ValueError, match="but got Silence without"):
        export_onnx(recognizer, tmp_path / "onnx")


def test_int8_is_smaller_and_its_loss_is_measured(exported, tmp_path):
    _, exact = exported("clap")
    before, after = quantise(exact.folder, tmp_path / "int8")
    assert after < before
    small = OnnxRecognizer(tmp_path / "int8")
    truth = ["angry", "sad", "calm", "sad"]
    found = compare_answers(exact, small, sounds(), truth)
    rows = [
        np.array([a.probabilities for a in one.predict(sounds())])
        for one in (exact, small)
    ]
    assert 0 < found["difference"] < 0.2
    assert found["difference"] == pytest.approx(
        np.abs(rows[0] - rows[1]).max(), abs=1e-3
    )
    changed = (rows[0].argmax(1) != rows[1].argmax(1)).mean()
    assert found["changed"] == changed
    assert found["n"] == 4
    said = [LABELS[i] for i in rows[0].argmax(1)]
    right = [a == b for a, b in zip(said, truth)]
    recalls = [right[0], (right[1] + right[3]) / 2, right[2]]
    assert found["UAR"][0] == pytest.approx(sum(recalls) / 3)
