"""The CLAP lobe equals the official code, and says what is wrong."""

import shutil
from pathlib import Path

import numpy as np
import official_clap
import pytest
import torch

from speechbrain_zsfuse.lobes import CLAP
from speechbrain_zsfuse.lobes.clap import fill_window, quantise

PARITY = Path(__file__).parent / "assets" / "clap_parity"


@pytest.fixture(scope="module")
def golden():
    return np.load(PARITY / "golden.npz")


@pytest.fixture(scope="module")
def official(golden, tmp_path_factory):
    folder = tmp_path_factory.mktemp("official_clap")
    official_clap.save_model(folder, int(golden["seed"]))
    return CLAP(folder)


def test_audio_equals_the_official_code(official, golden):
    for name, repeats, expected in zip(
        golden["case_file"], golden["case_repeats"], golden["audio_embed"]
    ):
        wav = official.read_audio(PARITY / str(name))
        embedding = official.encode_audio(wav[None], repeats=int(repeats))
        error = np.abs(embedding[0].numpy() - expected).max()
        assert error < 1e-5, f"{name} x {repeats}: {error}"


def test_text_equals_the_official_code(official, golden):
    embedding = official.encode_tokens(
        torch.from_numpy(golden["input_ids"]),
        torch.from_numpy(golden["attention_mask"]),
    )
    assert np.abs(embedding.numpy() - golden["text_embed"]).max() < 1e-5


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


def test_batch_order_and_train_mode_change_nothing(official):
    wavs = [
        official.read_audio(PARITY / name)
        for name in ("voice_16k_3p6.flac", "chirp_44k1_1p3.flac")
    ]
    padded = torch.nn.utils.rnn.pad_sequence(wavs, batch_first=True)
    lens = torch.tensor([len(w) / padded.shape[1] for w in wavs])
    official.train()
    torch.manual_seed(1)
    together = official.encode_audio(padded, lens)
    torch.manual_seed(2)
    alone = torch.cat([official.encode_audio(w[None]) for w in wavs])
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=0)
    backwards = official.encode_audio(padded.flip(0), lens.flip(0)).flip(0)
    torch.testing.assert_close(backwards, alone, atol=1e-6, rtol=0)


@pytest.mark.parametrize("seconds", [1, 2, 2.4, 3, 3.7, 5, 8, 12])
def test_effective_input_is_equal_exactly_where_the_window_is(
    official, seconds
):
    clip = torch.arange(round(seconds * 48000)) + 1
    windows = {
        repeats: fill_window(clip, repeats, official.window_size)
        for repeats in (1, 2, 3, 4, 5)
    }
    for a, one in windows.items():
        for b, other in windows.items():
            keys = [official.effective_input(len(clip), n) for n in (a, b)]
            assert (keys[0] == keys[1]) == torch.equal(one, other), (a, b)


@pytest.mark.parametrize(
    "seconds, repeats, copies, zeros",
    [(1, 1, 10, 0), (1, 3, 9, 1), (2, 3, 3, 4), (3.7, 1, 2, 2.6), (8, 1, 1, 2)],
)
def test_window_holds_whole_copies_then_zeros(seconds, repeats, copies, zeros):
    clip = torch.arange(1, round(seconds * 1000) + 1)
    window = fill_window(clip, repeats, 10000)
    silence = round(1000 * zeros)
    assert torch.equal(window[: 10000 - silence], clip.repeat(copies))
    assert not window[10000 - silence :].any()


def test_a_weights_folder_without_tokenizer_still_hears(official):
    with pytest.raises(ValueError, match="but got 5: its files are missing"):
        official.encode_text(["angry speech"])


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
        ("/no/such/folder", "no such folder"),
        ("results/demo/clap", "no such folder"),
    ],
)
def test_an_unknown_source_is_explained(source, message):
    with pytest.raises(FileNotFoundError, match=f"No CLAP.*{message}"):
        CLAP(source)


def test_a_folder_without_a_model_is_explained(tmp_path):
    with pytest.raises(FileNotFoundError, match="folder is not complete"):
        CLAP(tmp_path)


def test_a_truncated_weights_file_is_explained(tiny_clap, tmp_path):
    folder = Path(shutil.copytree(tiny_clap, tmp_path / "clap"))
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(FileNotFoundError, match="not complete or damaged"):
        CLAP(folder)


def test_another_model_is_refused(tiny_wavlm):
    with pytest.raises(ValueError, match="describes 'wavlm'"):
        CLAP(tiny_wavlm)


def test_a_fused_model_is_refused(tiny_clap, tmp_path):
    from transformers import ClapConfig

    config = ClapConfig.from_pretrained(tiny_clap)
    config.audio_config.enable_fusion = True
    config.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="unfused CLAP.*fused one"):
        CLAP(tmp_path)
