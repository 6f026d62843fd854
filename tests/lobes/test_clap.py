"""The CLAP lobe equals the official code, and says what is wrong."""

import json
import shutil
from pathlib import Path

import numpy as np
import official_clap
import pytest
import torch
from places import ASSETS

from speechbrain_zsfuse.files import file_sha256
from speechbrain_zsfuse.loading.weights import read_weights
from speechbrain_zsfuse.lobes import CLAP
from speechbrain_zsfuse.lobes.towers import laion
from speechbrain_zsfuse.lobes.towers.htsat import quantise

PARITY = ASSETS / "clap_parity"


def golden(kind):
    return np.load(PARITY / f"golden_{kind}.npz")


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    """Official checkpoint files by kind, written when first asked for."""
    folder = tmp_path_factory.mktemp("official")

    def path(kind):
        file = folder / f"{kind}.pt"
        if not file.exists():
            weights = official_clap.checkpoint_weights(
                kind, int(golden(kind)["seed"])
            )
            official_clap.write_checkpoint(file, weights)
        return file

    yield path
    shutil.rmtree(folder)  # 350 to 520 MB each


@pytest.fixture(scope="module")
def official(checkpoints):
    return CLAP(checkpoints("tiny"))


@pytest.mark.parametrize("kind", ["tiny", "base", "fused"])
def test_audio_equals_the_official_code(checkpoints, kind):
    alm, expected = CLAP(checkpoints(kind)), golden(kind)
    for name, repeats, embedding in official_clap.golden_cases(expected):
        wav = alm.read_audio(PARITY / name)
        got = alm.encode_audio(wav[None], repeats=repeats)[0].numpy()
        error = np.abs(got - embedding).max()
        assert error < 1e-5, f"{name} x {repeats}: {error}"


def test_text_equals_the_official_code(official):
    expected = golden("tiny")
    embedding = official.encode_tokens(
        torch.from_numpy(expected["input_ids"]),
        torch.from_numpy(expected["attention_mask"]),
    )
    assert np.abs(embedding.numpy() - expected["text_embed"]).max() < 1e-5


@pytest.mark.parametrize("kind, unused", [("tiny", 20), ("fused", 20)])
def test_exactly_the_unused_tensors_are_left_out(checkpoints, kind, unused):
    weights = read_weights(checkpoints(kind))
    layout = laion.detect(weights, "x")
    assert layout.unused() <= weights.keys() and len(layout.unused()) == unused
    renamed = laion.rename(weights, layout)
    model = official_clap.clap_model(
        official_clap.TINY | (official_clap.FUSED if layout.fused else {})
    )
    missing = model.state_dict().keys() - renamed.keys()
    assert missing == {"text_model.embeddings.token_type_ids"}
    assert not renamed.keys() - model.state_dict().keys()
    used = {n: v for n, v in weights.items() if n not in layout.unused()}
    back = laion.official_names(renamed)
    assert back.keys() == used.keys()
    assert all(torch.equal(back[name], used[name]) for name in used)


def test_hugging_face_form_is_the_same_model(official, tmp_path):
    from transformers import ClapFeatureExtractor

    official.model.save_pretrained(tmp_path)
    ClapFeatureExtractor(frequency_min=50).save_pretrained(tmp_path)
    assert CLAP(tmp_path).fingerprint() == official.fingerprint()


def test_text_in_hugging_face_form_has_the_epsilon_of_its_training(
    official, tmp_path
):
    """Configurations on the hub do not state it; transformers has another."""
    from transformers import ClapFeatureExtractor

    official.model.save_pretrained(tmp_path)
    ClapFeatureExtractor(frequency_min=50).save_pretrained(tmp_path)
    path, expected = tmp_path / "config.json", golden("tiny")
    config = json.loads(path.read_text())
    tokens = [
        torch.from_numpy(expected[name])
        for name in ("input_ids", "attention_mask")
    ]
    errors = []
    for epsilon in (None, 0.1):
        config["text_config"].pop("layer_norm_eps", None)
        if epsilon:
            config["text_config"]["layer_norm_eps"] = epsilon
        path.write_text(json.dumps(config))
        got = CLAP(tmp_path).encode_tokens(*tokens).numpy()
        errors.append(np.abs(got - expected["text_embed"]).max())
    assert errors[0] < 1e-5  # 1e-4 with the epsilon of transformers
    assert errors[1] > 1e-2  # what is stated is kept


def test_a_clip_that_int16_makes_silent_is_named(tiny_clap):
    alm = CLAP(tiny_clap)
    wavs = torch.rand(2, 4000) - 0.5
    wavs[1] *= 5e-5
    with pytest.raises(ValueError, match="clip 1 .* silent in 16 bits"):
        alm.encode_audio(wavs)
    wavs[1] *= 10
    assert alm.encode_audio(wavs).shape == (2, 32)


@pytest.mark.parametrize(
    "name, value, problem",
    [
        ("text_branch.embeddings.word_embeddings.weight", 5, "its sizes"),
        ("audio_branch.patch_embed.proj.weight", None, "its sizes"),
        ("audio_branch.patch_embed.proj.weight", 17, "its sizes"),
        ("text_branch.encoder.layer.99999999.x", 1, "unexpected"),
    ],
)
def test_shapes_that_make_no_sense_are_refused(tmp_path, name, value, problem):
    CLAP.tiny(tmp_path)
    weights = read_weights(tmp_path / "model.safetensors")
    weights[name] = torch.ones([value] if value else [])
    torch.save(weights, tmp_path / "w.pt")
    with pytest.raises(ValueError, match=f"another model.*{problem}"):
        CLAP(tmp_path / "w.pt")


def test_the_file_alone_hears_and_reads_tokens(official):
    with pytest.raises(FileNotFoundError, match="No tokenizer found.*roberta"):
        official.encode_text(["angry speech"])
    official.encode_tokens(torch.tensor([[0, 5, 2]]), torch.ones(1, 3))


def test_mel_equals_transformers_feature_extractor(official):
    from transformers import ClapFeatureExtractor

    wav = official.read_audio(PARITY / "voice_16k_3p6.flac")
    extractor = ClapFeatureExtractor(frequency_min=50, truncation="rand_trunc")
    expected = extractor(
        quantise(wav).numpy(), sampling_rate=48000, return_tensors="pt"
    )["input_features"]
    mel = official.input_features(wav[None])
    assert mel.shape == expected.shape == (1, 1, 1001, 64)
    loud = expected > -60  # where float32 and float64 agree
    assert (mel - expected)[loud].abs().max() < 5e-3


def test_short_audio_looks_the_same_from_all_four_views(checkpoints):
    alm = CLAP(checkpoints("fused"))
    clip = torch.rand(1, 480000) - 0.5
    views, longer = alm.front_end(clip, [480000], repeats=1)
    assert not longer.any()
    assert all(torch.equal(view, views[0, 0]) for view in views[0])


@pytest.mark.parametrize("long_audio", ["first", "centre", "random"])
def test_views_of_long_audio(checkpoints, long_audio):
    alm = CLAP(checkpoints("fused"), long_audio=long_audio)
    generator = torch.Generator().manual_seed(1)
    wav = 0.1 * torch.randn(1, 16 * 48000, generator=generator)
    views = alm.input_features(wav)[0]
    mel = alm.front_end.log_mel(quantise(wav))[0]
    starts = [
        next(
            start
            for start in range(len(mel) - 1000)
            if torch.equal(mel[start : start + 1001], view)
        )
        for view in views[1:]
    ]
    thirds = [(0, 200), (201, 400), (401, 600)]  # of 601 places
    if long_audio == "first":
        assert starts == [0, 201, 401]
    elif long_audio == "centre":
        assert starts == [100, 300, 500]
    assert all(a <= s <= b for s, (a, b) in zip(starts, thirds))
    assert views[0].mean().item() == pytest.approx(mel.mean().item(), abs=0.1)


def test_words_are_told_apart(tiny_clap):
    alm = CLAP(tiny_clap)
    embeddings = alm.encode_text(["angry speech", "sad speech"])
    assert not torch.allclose(embeddings[0], embeddings[1])


def test_padding_of_text_changes_nothing(tiny_clap):
    alm = CLAP(tiny_clap)
    long = "3 instances of a person speaking angrily"
    together = alm.encode_text(["sad speech", long])
    alone = alm.encode_text(["sad speech"])
    torch.testing.assert_close(together[:1], alone, atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    "source, message",
    [
        ("laion/no-such-clap", "hub does not.*hf download"),
        ("/no/such/folder", "no such file or folder"),
        ("results/demo/clap", "no such file or folder"),
        ("weights/clap.pt", "no such file or folder"),
    ],
)
def test_an_unknown_source_is_explained(source, message):
    with pytest.raises(FileNotFoundError, match=f"No CLAP.*{message}"):
        CLAP(source)


def test_a_folder_without_a_model_is_explained(tmp_path):
    with pytest.raises(FileNotFoundError, match="folder is not complete"):
        CLAP(tmp_path)


def test_another_model_is_refused(tiny_wavlm):
    with pytest.raises(ValueError, match="describes 'wavlm'"):
        CLAP(tiny_wavlm)
    with pytest.raises(ValueError, match="no HTSAT audio tower"):
        CLAP(Path(tiny_wavlm) / "model.safetensors")


def test_a_configuration_of_another_size_is_refused(tiny_clap, tmp_path):
    from transformers import ClapConfig

    folder = Path(shutil.copytree(tiny_clap, tmp_path / "clap"))
    config = ClapConfig.from_pretrained(folder)
    config.audio_config.enable_fusion = True
    config.save_pretrained(folder)
    with pytest.raises(ValueError, match="another size: .* missing .*fusion"):
        CLAP(folder)


def test_a_known_sha256_is_accepted(tiny_clap):
    weights = Path(tiny_clap) / "model.safetensors"
    CLAP(tiny_clap, sha256=file_sha256(weights))
