"""The ReCLAP lobe equals the official code, and is never downloaded."""

import numpy as np
import official_clap
import pytest
import torch
from places import ASSETS

from speechbrain_zsfuse.lobes import CLAP, ReCLAP

PARITY = ASSETS / "clap_parity"


@pytest.fixture(scope="module")
def golden():
    return np.load(PARITY / "golden_reclap.npz")


@pytest.fixture(scope="module")
def official(golden, tmp_path_factory):
    path = tmp_path_factory.mktemp("official") / "reclap.pt"
    weights = official_clap.checkpoint_weights("reclap", int(golden["seed"]))
    official_clap.write_checkpoint(path, weights)
    alm = ReCLAP(path)
    path.unlink()  # 670 MB
    return alm


def test_audio_equals_the_official_code(official, golden):
    for name, repeats, expected in official_clap.golden_cases(golden):
        wav = official.read_audio(PARITY / name)
        embedding = official.encode_audio(wav[None], repeats=repeats)
        error = np.abs(embedding[0].numpy() - expected).max()
        assert error < 1e-5, f"{name} x {repeats}: {error}"


def test_text_equals_the_official_code(official, golden):
    ids = torch.from_numpy(golden["input_ids"])
    mask = torch.from_numpy(golden["attention_mask"])
    embedding = official.encode_tokens(ids, mask)
    assert np.abs(embedding.numpy() - golden["text_embed"]).max() < 1e-5
    # Shorter padding is brought to the 77 positions that the model averages.
    longest = int(mask.sum(1).max())
    shorter = official.encode_tokens(ids[:, :longest], mask[:, :longest])
    torch.testing.assert_close(shorter, embedding, atol=1e-6, rtol=0)


def test_it_is_never_downloaded():
    with pytest.raises(FileNotFoundError, match="never downloaded.*Sreyan88"):
        ReCLAP("Sreyan88/ReCLAP")


def test_clap_and_reclap_are_told_apart(tmp_path):
    (tmp_path / "clap").mkdir()
    (tmp_path / "reclap").mkdir()
    CLAP.tiny(tmp_path / "clap")
    ReCLAP.tiny(tmp_path / "reclap")
    with pytest.raises(ValueError, match="it is a LAION-CLAP. Use `CLAP"):
        ReCLAP(tmp_path / "clap")
    with pytest.raises(ValueError, match="it is a ReCLAP. Use `ReCLAP"):
        CLAP(tmp_path / "reclap")
