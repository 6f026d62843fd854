"""What `zsfuse convert` does: the same model, without the pickle."""

import io
import json
import sys
from pathlib import Path

import official_clap
import pytest
import torch

from speechbrain_zsfuse.files import file_sha256
from speechbrain_zsfuse.hub.convert import convert_checkpoint
from speechbrain_zsfuse.loading.tokenizers import save_byte_tokenizer
from speechbrain_zsfuse.loading.weights import read_weights
from speechbrain_zsfuse.lobes import CLAP, ReCLAP


@pytest.fixture(params=[CLAP, ReCLAP])
def lobe(request):
    return request.param


@pytest.fixture
def checkpoint(lobe, tmp_path):
    """An official file of a tiny model."""
    (tmp_path / "tiny").mkdir()
    lobe.tiny(tmp_path / "tiny")
    weights = read_weights(tmp_path / "tiny" / "model.safetensors")
    return official_clap.write_checkpoint(tmp_path / "official.pt", weights)


def test_the_converted_model_is_the_same(lobe, checkpoint, tmp_path):
    folder, tokens = tmp_path / "new" / "folder", tmp_path / "tokens"
    tokens.mkdir()
    save_byte_tokenizer(tokens)
    record = convert_checkpoint(
        checkpoint, folder, file_sha256(checkpoint), tokens
    )
    assert json.loads((folder / "conversion.json").read_text()) == record
    assert record["checkpoint"]["sha256"] == file_sha256(checkpoint)
    assert record["model"].startswith(
        "LAION-CLAP" if lobe is CLAP else "ReCLAP"
    )
    alm = lobe(folder, sha256=record["weights"]["sha256"])
    assert alm.fingerprint() == lobe(checkpoint).fingerprint()
    assert alm.encode_text(["angry speech"]).shape == (1, 32)


def test_the_optimizer_stays_behind_and_ties_are_kept(tmp_path):
    table = torch.arange(1000.0)
    content = {
        "state_dict": {"module.shared": table, "module.tied": table},
        "optimizer": {"state": torch.zeros(100000)},
    }
    torch.save(content, tmp_path / "t5.pt")
    record = convert_checkpoint(tmp_path / "t5.pt", tmp_path / "t5")
    weights = read_weights(tmp_path / "t5" / "model.safetensors")
    assert torch.equal(weights["tied"], table) and len(weights) == 2
    assert record["weights"]["bytes"] < 0.1 * record["checkpoint"]["bytes"]
    assert record["model"] == "a model of another kind"


def test_a_failure_leaves_nothing_behind(tmp_path):
    damaged = tmp_path / "damaged.pt"
    damaged.write_bytes(b"nothing")
    target = tmp_path / "folder"
    with pytest.raises(ValueError, match="it is damaged"):
        convert_checkpoint(damaged, target)
    assert not target.exists()
    with pytest.raises(FileNotFoundError, match="No checkpoint found at"):
        convert_checkpoint(tmp_path / "nowhere.pt", target)
    with pytest.raises(ValueError, match="Expected the sha256 1{64}"):
        convert_checkpoint(damaged, target, sha256="1" * 64)
    torch.save({"a": torch.ones(1)}, tmp_path / "a.pt")
    convert_checkpoint(tmp_path / "a.pt", target)
    with pytest.raises(FileExistsError, match="already. Give a new folder"):
        convert_checkpoint(tmp_path / "a.pt", target)


def test_a_tokenizer_never_runs_its_own_code(tmp_path, monkeypatch):
    """Whatever is answered when transformers asks."""
    trace, tokens = tmp_path / "trace", tmp_path / "tokens"
    tokens.mkdir()
    code = f"from pathlib import Path; Path({str(trace)!r}).touch()\n"
    (tokens / "evil.py").write_text(code + "class Evil: pass\n")
    auto_map = {"AutoTokenizer": ["evil.Evil", None]}
    config = {"auto_map": auto_map, "tokenizer_class": "Evil"}
    (tokens / "tokenizer_config.json").write_text(json.dumps(config))
    (tokens / "config.json").write_text('{"model_type": "evil"}')
    torch.save({"a": torch.ones(1)}, tmp_path / "a.pt")
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\ny\n"))
    with pytest.raises((FileNotFoundError, ValueError)):
        convert_checkpoint(
            tmp_path / "a.pt", tmp_path / "new", tokenizer=tokens
        )
    assert not trace.exists()
    assert not (tmp_path / "new").exists()


def test_parts_of_one_storage_are_kept_apart(tmp_path):
    table = torch.arange(10.0)
    torch.save({"a": table[:5], "b": table[5:]}, tmp_path / "a.pt")
    convert_checkpoint(tmp_path / "a.pt", tmp_path / "new")
    weights = read_weights(tmp_path / "new" / "model.safetensors")
    assert weights["b"].tolist() == [5, 6, 7, 8, 9]


def test_half_a_model_writes_nothing(tmp_path):
    weights = {"audio_branch.patch_embed.proj.weight": torch.ones(1)}
    weights["text_branch.encoder.layer.0.x"] = torch.ones(1)
    weights["audio_branch.layers.0.blocks.0.x"] = torch.ones(1)
    torch.save(weights, tmp_path / "half.pt")
    with pytest.raises(ValueError, match="relative_position_bias_table.*miss"):
        convert_checkpoint(tmp_path / "half.pt", tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def test_a_full_disk_leaves_no_weights(tmp_path, monkeypatch):
    def fill(weights, path, metadata):
        Path(path).write_bytes(b"half of it")
        assert not (tmp_path / "folder" / "model.safetensors").exists()
        raise OSError("No space left on device")

    torch.save({"a": torch.ones(1)}, tmp_path / "a.pt")
    with monkeypatch.context() as patch:
        patch.setattr("safetensors.torch.save_file", fill)
        with pytest.raises(OSError, match="No space left"):
            convert_checkpoint(tmp_path / "a.pt", tmp_path / "folder")
    assert not list((tmp_path / "folder").iterdir())
    convert_checkpoint(tmp_path / "a.pt", tmp_path / "folder")


def test_sparse_numbers_are_refused(tmp_path):
    torch.save({"a": torch.eye(3).to_sparse()}, tmp_path / "a.pt")
    with pytest.raises(ValueError, match="every number of 'a'.*sparse"):
        convert_checkpoint(tmp_path / "a.pt", tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def test_parts_of_one_tensor_become_tensors(tmp_path):
    whole = torch.arange(6.0)
    weights = {
        "whole": whole,
        "rest": whole[1:],
        "turned": whole.view(2, 3).T,
        "last": whole[5:],
    }
    torch.save(weights, tmp_path / "a.pt")
    convert_checkpoint(tmp_path / "a.pt", tmp_path / "folder")
    read = read_weights(tmp_path / "folder" / "model.safetensors")
    torch.testing.assert_close(read, weights, atol=0, rtol=0)
