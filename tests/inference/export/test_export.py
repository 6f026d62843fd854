"""An exported model gives the answers of PyTorch, or is not kept.

Exporting takes long: one model with an audio-language model and one without
are exported here. The others are checked as modules; ``EXPORT_ALL=1`` exports
them too.
"""

import os

import pytest
import torch
from exporting import check_same, needs_onnx, sounds

from speechbrain_zsfuse.encoders import FilterbankEncoder, SSLEncoder
from speechbrain_zsfuse.fusion import GatedLogitAddition, ZSFuseHead
from speechbrain_zsfuse.inference import (
    EmotionRecognizer,
    OnnxRecognizer,
    ZeroShotEmotionRecognizer,
)
from speechbrain_zsfuse.inference.export import export_onnx, writing
from speechbrain_zsfuse.inference.export.graphs import (
    RecognizerGraph,
    TowerGraph,
    exportable,
)
from speechbrain_zsfuse.inference.model import EmotionModel
from speechbrain_zsfuse.lobes import CLAP, CLSP, ParaCLAP, ReCLAP
from speechbrain_zsfuse.lobes.front_ends import make_front_end
from speechbrain_zsfuse.pooling import AttentiveStatistics, MaskedMean

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
    return SSLEncoder(folder, layers="weighted")


def recognizer_of(encoder, zero_shot=None, gated=False):
    """A model of random weights whose answers are far from equal shares."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        if gated:
            pooling = AttentiveStatistics(encoder.output_size)
            head = GatedLogitAddition(pooling.output_size, len(LABELS))
            torch.nn.init.normal_(head.gate.weight)
        else:
            pooling = MaskedMean(encoder.output_size)
            head = ZSFuseHead(pooling.output_size, len(LABELS))
        torch.nn.init.normal_(head.linear.weight)
    model = EmotionModel(encoder, pooling, head)
    return EmotionRecognizer(model, LABELS, zero_shot).to("cpu")


@pytest.fixture(scope="module")
def without_alm(tmp_path_factory):
    """A recogniser and its export."""
    needs_onnx()
    folder = tmp_path_factory.mktemp("export")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        recognizer = recognizer_of(group_norm(folder))
    assert export_onnx(recognizer, folder / "onnx") <= 1e-4
    return recognizer, OnnxRecognizer(folder / "onnx")


def test_without_an_audio_language_model(without_alm):
    check_same(*without_alm)


def test_with_clap(fused, exported):
    check_same(fused, exported)


@pytest.mark.skipif(
    "EXPORT_ALL" not in os.environ, reason="takes minutes: set EXPORT_ALL=1"
)
@pytest.mark.parametrize("lobe", [CLAP, CLSP, ParaCLAP, ReCLAP])
def test_with_each_audio_language_model(lobe, tmp_path):
    needs_onnx()
    scorer = ZeroShotEmotionRecognizer(
        lobe.tiny(tmp_path), LABELS, audio_repeats=2, text_repeats=2
    )
    recognizer = recognizer_of(FilterbankEncoder(width=8), scorer, gated=True)
    assert export_onnx(recognizer, tmp_path / "onnx") <= 1e-4
    check_same(recognizer, OnnxRecognizer(tmp_path / "onnx"))


@pytest.mark.parametrize("lobe", ["clsp", "paraclap", "reclap"])
@torch.no_grad()
def test_what_is_exported_gives_the_answers_of_the_model(
    lobe, request, tmp_path
):
    alm = {
        "clsp": lambda: CLSP(request.getfixturevalue("tiny_clsp")),
        "paraclap": lambda: ParaCLAP.tiny(tmp_path),
        "reclap": lambda: ReCLAP(request.getfixturevalue("tiny_reclap")),
    }[lobe]()
    scorer = ZeroShotEmotionRecognizer(alm, LABELS, audio_repeats=2)
    recognizer = recognizer_of(FilterbankEncoder(width=8), scorer, gated=True)
    heard = [recognizer.read(one) for one in sounds()]
    answers, scores, audio = recognizer.answer(heard)
    bank = scorer.scorer.bank
    tower = TowerGraph(alm, bank, bank)
    clips = [torch.from_numpy(one.heard) for one in heard]
    with exportable(alm):
        given = [
            tower(*one.values())
            for one in make_front_end(alm.listening)(clips, 2)
        ]
    for found, wanted in zip(
        map(torch.cat, zip(*given)),
        (scores, scorer.compare_prompts(audio)),
    ):
        torch.testing.assert_close(found, wanted, atol=2e-5, rtol=0)
    waves = [torch.from_numpy(one.waveform) for one in heard]
    wavs = torch.nn.utils.rnn.pad_sequence(waves, batch_first=True)
    lengths = torch.tensor([*map(len, waves)])
    found = RecognizerGraph(recognizer.model)(wavs, lengths, scores)
    torch.testing.assert_close(found, answers, atol=2e-5, rtol=0)


def test_a_fused_tower_as_a_graph_fuses_what_is_longer(tiny_reclap):
    alm = ReCLAP(tiny_reclap)
    rate, clips = alm.sample_rate, torch.rand(3, 12 * alm.sample_rate) - 0.5
    heard = alm.front_end(clips, [11 * rate, rate, 12 * rate], 1)
    assert heard[1].tolist() == [[True], [False], [True]]
    patches = alm.model.audio_model.audio_encoder.patch_embed
    with torch.no_grad():
        wanted = alm.embed_features(*heard)
        with exportable(alm):
            given = alm.embed_features(*heard)
            none = alm.embed_features(heard[0], heard[1] & False)
    torch.testing.assert_close(given, wanted, atol=1e-6, rtol=0)
    differs = (none - wanted).abs().amax(1) > 1e-3
    assert differs.tolist() == [True, False, True]
    assert alm.model.audio_model.audio_encoder.patch_embed is patches


def test_nothing_is_kept_whose_numbers_differ(
    without_alm, tmp_path, monkeypatch
):
    recognizer, _ = without_alm
    monkeypatch.setattr(
        writing, "_write", lambda _, folder: (folder / "a").touch()
    )
    monkeypatch.setattr(writing, "OnnxRecognizer", lambda folder: None)
    monkeypatch.setattr(writing, "compare_with_torch", lambda *_: 2e-4)
    folder = tmp_path / "onnx"
    with pytest.raises(ValueError, match="differ by 0.0002. Nothing was kept"):
        export_onnx(recognizer, folder)
    assert not list(folder.iterdir())
    (folder / "mine").touch()
    with pytest.raises(FileExistsError, match="new or an empty folder"):
        export_onnx(recognizer, folder)


def test_a_difference_is_seen(without_alm):
    recognizer, other = without_alm
    assert writing.compare_with_torch(recognizer, other) < 1e-5
    bias = recognizer.model.head.linear.bias
    before = bias.clone()
    with torch.no_grad():
        bias[0] += 0.01  # of one class
        try:
            assert writing.compare_with_torch(recognizer, other) > 1e-4
        finally:
            bias.copy_(before)


def test_what_cannot_be_exported_is_named(without_alm, tmp_path):
    class Silence(torch.nn.Module):
        sample_rate = 16000

    head = torch.nn.Linear(8, 3)
    model = EmotionModel(Silence(), MaskedMean(8), head)
    refused = {
        "but got Silence without": EmotionRecognizer(model, LABELS),
        "EmotionRecognizer, but got OnnxRecognizer": without_alm[1],
        "but it is on meta. Load it": recognizer_of(
            FilterbankEncoder(width=8)
        ).to("meta"),
    }
    for text, recognizer in refused.items():
        with pytest.raises(ValueError, match=text):
            export_onnx(recognizer, tmp_path / "onnx")
