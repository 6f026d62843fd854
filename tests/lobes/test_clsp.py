"""The CLSP lobe equals the official code, and says what is wrong."""

import gzip
import json

import numpy as np
import official_clsp
import pytest
import torch
from places import ASSETS

from speechbrain_zsfuse.audio.window import heard_part
from speechbrain_zsfuse.loading.tokenizers import BYTE_VOCABULARY
from speechbrain_zsfuse.lobes import CLSP
from speechbrain_zsfuse.lobes.clsp import REVISION, WEIGHTS_SHA256
from speechbrain_zsfuse.lobes.towers.zipformer import clsp as towers
from speechbrain_zsfuse.lobes.towers.zipformer.config import (
    CLSPConfig,
    tiny_config,
)

CLIPS = ASSETS / "clap_parity"
PARITY = ASSETS / "clsp_parity"


@pytest.fixture(scope="module")
def golden():
    return np.load(PARITY / "golden.npz")


@pytest.fixture(scope="module")
def official(golden, tmp_path_factory):
    folder = tmp_path_factory.mktemp("official_clsp")
    official_clsp.save_model(folder, int(golden["seed"]))
    return CLSP(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny_clsp")
    CLSP.tiny(folder)
    return folder


def noise(samples, seed=1):
    """One clip of noise."""
    generator = torch.Generator().manual_seed(seed)
    return 0.1 * torch.randn(samples, generator=generator)


def batch(clips):
    """Padded waveforms and relative lengths."""
    wavs = torch.nn.utils.rnn.pad_sequence(clips, batch_first=True)
    lens = torch.tensor([len(clip) for clip in clips]).double()
    return wavs, lens / wavs.shape[1]


# ------------------------------------------------------------------ numbers
@pytest.mark.parametrize("repeats", [1, 2, 3, 4])
def test_audio_equals_the_official_code(official, golden, repeats):
    rows = golden["case_repeats"] == repeats
    names = golden["case_file"][rows].tolist()
    clips = [official.read_audio(CLIPS / name) for name in names]
    # One batch, while the official code heard each clip alone.
    embeddings = official.encode_audio(*batch(clips), repeats).numpy()
    errors = np.abs(embeddings - golden["audio_embed"][rows]).max(axis=1)
    for name, error in zip(names, errors):
        # In the empty bands of a pure tone the features are the rounding
        # errors of the machine's Fourier transform; see the next test.
        limit = 5e-5 if name.startswith("chirp") else 1e-5
        assert error < limit, f"{name} x {repeats}: {error}"


def test_towers_equal_the_official_code_on_its_own_features(official, golden):
    [row] = np.flatnonzero(
        (golden["case_file"] == golden["fbank_file"])
        & (golden["case_repeats"] == 1)
    )
    features = torch.from_numpy(golden["fbank"])
    [embedding] = official.model.embed_features([features]).detach()
    embedding = torch.nn.functional.normalize(embedding, dim=0).numpy()
    assert np.abs(embedding - golden["audio_embed"][row]).max() < 2e-6


def test_features_equal_the_official_code(official, golden):
    clip = official.read_audio(CLIPS / str(golden["fbank_file"]))
    features = towers.filterbank(clip, bins=128).numpy()
    loud = golden["fbank"] > -10
    assert np.abs(features - golden["fbank"])[loud].max() < 1e-3
    assert np.abs(features - golden["fbank"]).mean() < 1e-3


def test_text_equals_the_official_code(official, golden):
    embedding = official.encode_tokens(
        torch.from_numpy(golden["input_ids"]),
        torch.from_numpy(golden["attention_mask"]),
    )
    assert np.abs(embedding.numpy() - golden["text_embed"]).max() < 1e-5


def test_names_and_shapes_are_the_published_ones():
    packed = (PARITY / "published_shapes.json.gz").read_bytes()
    published = json.loads(gzip.decompress(packed))
    with torch.device("meta"):
        model = towers.CLSPTowers(CLSPConfig())
    state = model.state_dict()
    assert {name: list(v.shape) for name, v in state.items()} == published
    assert all(value.dtype == torch.float32 for value in state.values())


def test_batch_mates_change_nothing(official, monkeypatch):
    # Filterbank frames one apart; encoder frames no multiples of 8.
    clips = [noise(16000 + 160 * n, seed=n) for n in (0, 1, 2, 3, 17, 55)]
    alone = torch.cat([official.encode_audio(clip[None]) for clip in clips])
    together = official.encode_audio(*batch(clips))
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=0)
    monkeypatch.setattr(towers, "_FRAMES_PER_PASS", 120)  # in several passes
    shared = official.encode_audio(*batch(clips))
    torch.testing.assert_close(shared, alone, atol=1e-6, rtol=0)


def test_no_graph_is_built_even_if_asked_for(folder):
    alm = CLSP(folder)
    alm.model.requires_grad_(True)
    wavs = noise(16000)[None].requires_grad_()
    saved = []
    with torch.autograd.graph.saved_tensors_hooks(saved.append, lambda x: x):
        with torch.enable_grad():
            embedding = alm.encode_audio(wavs)
            text = alm.encode_text(["angry speech"])
    assert not saved
    assert not embedding.requires_grad and not text.requires_grad


# ------------------------------------------------------- what is heard of it
def heard(alm, clip, repeats):
    return heard_part(clip, repeats, alm.window_size, alm.long_audio)


@pytest.mark.parametrize("long_audio", ["first", "centre", "random"])
def test_equal_keys_exactly_where_the_input_is_equal(folder, long_audio):
    alm = CLSP(folder, max_seconds=0.5, long_audio=long_audio)
    for samples in (2000, 4000, 5000, 9000):
        clip = noise(samples)
        for a in range(1, 6):
            for b in range(1, 6):
                keys = [alm.effective_input(samples, n) for n in (a, b)]
                one, other = (heard(alm, clip, n) for n in (a, b))
                assert (keys[0] == keys[1]) == torch.equal(one, other)
                assert len(one) <= 8000


def test_all_is_heard_without_a_limit(folder):
    alm, clip = CLSP(folder), noise(50000)
    assert torch.equal(heard(alm, clip, 3), clip.repeat(3))
    assert [alm.effective_input(50000, n) for n in (1, 3)] == [1, 3]


def test_the_window_is_part_of_the_fingerprint(folder):
    ways = {"max_seconds": None}, {"max_seconds": 2}, {"long_audio": "centre"}
    assert len({CLSP(folder, **way).fingerprint() for way in ways}) == 3


def test_too_short_a_clip_is_named(folder):
    alm = CLSP(folder)
    wavs, lens = batch([noise(4000), noise(1359)])
    message = r"clip 1 .* too short \(1359 samples, .*at least 1360 are"
    with pytest.raises(ValueError, match=message):
        alm.encode_audio(wavs, lens)
    assert alm.encode_audio(wavs, lens, repeats=2).shape == (2, 32)
    assert alm.encode_audio(noise(1360)[None]).shape == (1, 32)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"max_seconds": 0.05}, "`max_seconds` to leave at least 0.085 s"),
        ({"max_seconds": -1}, "`max_seconds` to be a number above 0"),
        ({"long_audio": "last"}, "one of first, centre, random"),
    ],
)
def test_senseless_windows_are_refused(folder, options, message):
    with pytest.raises(ValueError, match=message):
        CLSP(folder, **options)


# ------------------------------------------------------------------ sources
def test_config_may_be_given(folder, tmp_path):
    lone = tmp_path / "lone.safetensors"
    lone.write_bytes((folder / "model.safetensors").read_bytes())
    alm = CLSP(lone, config=tiny_config(BYTE_VOCABULARY))
    assert alm.tokenizer == "FacebookAI/roberta-base"
    assert alm.tokenizer_revision.startswith("e2da8e2f")
    assert alm.max_text_tokens == 512
    clip = noise(8000)[None]
    assert torch.equal(alm.encode_audio(clip), CLSP(folder).encode_audio(clip))


def test_another_size_is_explained(folder):
    config = tiny_config(BYTE_VOCABULARY)
    config["audio"]["num_encoder_layers"] = [2]
    with pytest.raises(
        ValueError, match="Expected the weights of CLSP.*missing"
    ):
        CLSP(folder, config=config)
    config["audio"].pop("pos_dim")
    with pytest.raises(ValueError, match="but got no pos_dim"):
        CLSP(folder, config=config)


@pytest.mark.parametrize(
    "text, message",
    [
        ("{", "config.json', but got something else"),
        (
            '{"audio": 1, "text": {}}',
            "Expected 'audio' .* but got .*1.*It is '.*config.json'",
        ),
        ('{"audio": {}, "text": [2]}', "'text' in the config .* but got .*2"),
    ],
)
def test_a_damaged_config_is_refused(folder, tmp_path, text, message):
    weights = (folder / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(weights)
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        CLSP(tmp_path)


def test_a_config_that_is_none_is_refused(folder):
    with pytest.raises(ValueError, match="Expected 'audio' .* but got 'x'"):
        CLSP(folder, config="x")
    config = tiny_config(BYTE_VOCABULARY)
    config["text"]["num_attention_heads"] = 3
    with pytest.raises(ValueError, match="another model: its sizes.*heads"):
        CLSP(folder, config=config)


def test_another_model_is_explained(tmp_path):
    from safetensors.torch import save_file

    save_file({"model.a": torch.ones(1)}, tmp_path / "model.safetensors")
    config = tiny_config(BYTE_VOCABULARY)
    message = "another model or another size.*give its sizes as `config`"
    with pytest.raises(ValueError, match=message):
        CLSP(tmp_path, config=config)


def test_the_published_model_is_pinned(monkeypatch):
    from speechbrain_zsfuse.lobes import clsp

    asked = []

    def read_weights(path, sha256):
        raise StopIteration(sha256)

    monkeypatch.setattr(clsp, "find_file", lambda *args: asked.append(args))
    monkeypatch.setattr(clsp, "read_weights", read_weights)
    with pytest.raises(StopIteration, match=WEIGHTS_SHA256):
        CLSP("yfyeung/CLSP")
    assert asked[0][-1] == REVISION


def test_without_network_the_hub_is_explained():
    with pytest.raises(FileNotFoundError, match="No CLSP found.*hf download"):
        CLSP("owner/no-such-clsp")
