"""Code of a publisher runs only if asked for, from one commit, unchanged."""

import json
import logging
import sys

import pytest
import torch

from speechbrain_zsfuse.lobes import CLSP
from speechbrain_zsfuse.lobes.towers import remote_code
from speechbrain_zsfuse.lobes.towers.remote_code import REVIEWED_REVISION

REVISION = "0123456789abcdef0123456789abcdef01234567"

# A made-up publisher: what it hears is the mean of squares, one clip a call.
CODE = {
    "configuration_clsp.py": """
from transformers import PretrainedConfig


class CLSPConfig(PretrainedConfig):
    model_type = "clsp"
""",
    "modeling_clsp.py": """
from pathlib import Path

import torch
from transformers import PreTrainedModel, RobertaConfig, RobertaModel

from .configuration_clsp import CLSPConfig

Path(__TRACE__).touch()


class Towers(torch.nn.Module):
    def __init__(self, config):
        super().__init__()
        self.text_encoder = RobertaModel(RobertaConfig(**config.text))
        self.text_projection = torch.nn.Linear(8, 4)
        self.text_transform = torch.nn.Linear(4, 4)
        self.audio = torch.nn.Linear(1, 4)


class CLSPModel(PreTrainedModel):
    config_class = CLSPConfig

    def __init__(self, config):
        super().__init__(config)
        self.model = Towers(config)

    def forward(self, audio, audio_lens, text=None,
                freeze_audio_encoder=False, freeze_text_encoder=False):
        assert audio.shape == (1, audio_lens.item())
        with torch.set_grad_enabled(not freeze_audio_encoder):
            power = audio.square().mean(dim=1, keepdim=True)
            return self.model.audio(power), None, None
""",
}
TEXT = {
    "vocab_size": 9,
    "hidden_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
    "intermediate_size": 8,
    "max_position_embeddings": 34,
    "pad_token_id": 1,
    "type_vocab_size": 1,
}


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A cache of the hub that holds ``owner/clsp`` at two commits."""
    from huggingface_hub import constants
    from safetensors.torch import save_file
    from transformers import RobertaConfig, RobertaModel, dynamic_module_utils

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    modules = str(tmp_path / "modules")
    monkeypatch.setattr(dynamic_module_utils, "HF_MODULES_CACHE", modules)
    monkeypatch.setattr(sys, "path", sys.path[:])
    weights = {
        f"text_encoder.{name}": value.clone()
        for name, value in RobertaModel(RobertaConfig(**TEXT))
        .state_dict()
        .items()
    }
    for name, shape in [
        ("text_projection", (4, 8)),
        ("text_transform", (4, 4)),
        ("audio", (4, 1)),
    ]:
        weights[f"{name}.weight"] = torch.ones(shape)
        weights[f"{name}.bias"] = torch.arange(4.0)
    weights = {f"model.{name}": value for name, value in weights.items()}
    for revision in (REVISION, REVIEWED_REVISION):
        folder = tmp_path / "hub/models--owner--clsp/snapshots" / revision
        folder.mkdir(parents=True)
        for name, code in CODE.items():
            trace = repr(str(tmp_path / "trace"))
            (folder / name).write_text(code.replace("__TRACE__", trace))
        (folder / "config.json").write_text(
            json.dumps({"model_type": "clsp", "text": TEXT})
        )
        save_file(weights, folder / "model.safetensors")
    return tmp_path


def test_it_runs_if_asked_for_and_keeps_the_contract(hub, caplog):
    before = torch.get_rng_state()
    with caplog.at_level(logging.WARNING):
        alm = CLSP("owner/clsp", revision=REVISION, allow_remote_code=True)
    assert f"the code of owner/clsp at commit {REVISION}" in caplog.text
    assert (hub / "trace").exists()
    assert torch.equal(before, torch.get_rng_state())
    wavs, lens = 0.1 * torch.ones(2, 4000), torch.tensor([1.0, 0.5])
    wavs[1, 2000:] = 7.0  # padding
    saved = []
    with torch.autograd.graph.saved_tensors_hooks(saved.append, lambda x: x):
        embeddings = alm.encode_audio(wavs, lens)
        tokens = torch.tensor([[0, 5, 2]])
        text = alm.encode_tokens(tokens, torch.ones_like(tokens))
    assert not saved
    expected = torch.arange(4.0) + 0.01  # 0.1 squared
    expected = torch.nn.functional.normalize(expected, dim=0)
    torch.testing.assert_close(embeddings, expected.expand(2, -1))
    assert text.shape == (1, 4)
    assert alm.max_text_tokens == 32 and alm.vocabulary_size == 9
    assert REVISION in alm.preprocessing


def test_a_copy_that_was_tampered_with_is_not_run(hub):
    """transformers runs its copies of remote code without comparing them."""
    copies = hub / "modules" / "transformers_modules"
    for spelling in ("owner", "owner/clsp", f"owner/clsp/{REVISION}"):
        (copies / spelling).mkdir(parents=True, exist_ok=True)
    evil = f"open({str(hub / 'evil')!r}, 'w')\n"
    for folder in [copies, *copies.rglob("*")]:
        (folder / "__init__.py").write_text(evil)
        for name, code in CODE.items():
            code = code.replace("__TRACE__", repr(str(hub / "trace")))
            (folder / name).write_text(evil + code)
    CLSP("owner/clsp", revision=REVISION, allow_remote_code=True)
    assert (hub / "trace").exists()
    assert not (hub / "evil").exists()


def test_nothing_runs_unasked(hub):
    with pytest.raises(ValueError, match="allow_remote_code=True"):
        CLSP("owner/clsp", revision=REVISION)
    assert not (hub / "trace").exists()


@pytest.mark.parametrize("revision", [None, "main", REVISION[:39], "v1"])
def test_nothing_runs_from_what_can_move(hub, revision):
    with pytest.raises(ValueError, match="the commit whose code may run, 40"):
        CLSP("owner/clsp", revision=revision, allow_remote_code=True)
    assert not (hub / "trace").exists()


def test_nothing_runs_from_a_folder(hub):
    folder = hub / "hub/models--owner--clsp/snapshots" / REVISION
    with pytest.raises(ValueError, match="Expected a hub id.*no commit"):
        CLSP(folder, revision=REVISION, allow_remote_code=True)
    assert not (hub / "trace").exists()


def test_the_reviewed_commit_must_be_what_was_reviewed(hub, monkeypatch):
    options = {"revision": REVIEWED_REVISION, "allow_remote_code": True}
    with pytest.raises(ValueError, match="not the file that was reviewed"):
        CLSP("owner/clsp", **options)
    folder = hub / "hub/models--owner--clsp/snapshots" / REVIEWED_REVISION
    review = {
        name: remote_code.file_sha256(folder / name) for name in sorted(CODE)
    }
    monkeypatch.setattr(remote_code, "REVIEWED_CODE_SHA256", review)
    with pytest.raises(ValueError, match="Expected the sha256 7c8c4618"):
        CLSP("owner/clsp", **options)  # nor are the weights the published ones
    assert not (hub / "trace").exists()


def test_the_review_names_four_files():
    review = remote_code.REVIEWED_CODE_SHA256
    assert sorted(review) == [
        "configuration_clsp.py",
        "modeling_clsp.py",
        "modular_clsp.py",
        "zipformer2.py",
    ]
    assert all(len(digest) == 64 for digest in review.values())
