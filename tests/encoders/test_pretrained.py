"""Speech models of other people: their weights fit, or it is said."""

import json
import shutil
import tempfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_ssl import save_ssl

from speechbrain_zsfuse.encoders.ssl import SSLEncoder
from speechbrain_zsfuse.files import file_sha256

WAVS = torch.randn(1, 8000, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module", params=["wavlm", "hubert", "wav2vec2"])
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def good(kind, tmp_path_factory):
    return Path(save_ssl(tmp_path_factory.mktemp(kind), kind))


@pytest.fixture(scope="module")
def weights(good):
    return load_file(good / "model.safetensors")


@pytest.fixture(scope="module")
def frames(good):
    return hear(good)


@pytest.fixture
def folder(good, tmp_path):
    """A copy of its own, without weights."""
    folder = Path(shutil.copytree(good, tmp_path / "copy"))
    (folder / "model.safetensors").unlink()
    return folder


def hear(folder, **options):
    with torch.no_grad():
        return SSLEncoder(folder, **options).eval()(WAVS)[0]


def write(weights, folder):
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def prefixed(weights, prefix):
    return {prefix + name: value for name, value in weights.items()}


def without_mask(weights):
    return {n: v for n, v in weights.items() if n != "masked_spec_embed"}


def of_before(weights):
    """Names of weight norm in the published files."""
    norm = "encoder.pos_conv_embed.conv."
    names = {
        f"{norm}parametrizations.weight.original0": f"{norm}weight_g",
        f"{norm}parametrizations.weight.original1": f"{norm}weight_v",
    }
    renamed = {names.get(n, n): v for n, v in weights.items()}
    assert renamed.keys() != weights.keys()
    return renamed


HEAD = {"lm_head.weight": torch.ones(4, 16), "lm_head.bias": torch.ones(4)}
PREFIXES = ["module.", "model.", "encoder.model.", "wavlm.", "hubert."]
SPELLINGS = {
    **{p: lambda w, p=p: prefixed(w, p) | HEAD for p in PREFIXES},
    "head": lambda w: w | HEAD,
    "no mask": without_mask,
    "old norm": of_before,
    "prefix, head, old norm, no mask": lambda w: (
        prefixed(without_mask(of_before(w)), "wav2vec2.") | HEAD
    ),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_other_names_are_understood(folder, weights, frames, spelling):
    write(SPELLINGS[spelling](weights), folder)
    assert torch.equal(hear(folder), frames)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "several"])
def test_other_files_are_read(folder, weights, frames, name):
    if name == "several":
        halves = [dict(list(weights.items())[i::2]) for i in (0, 1)]
        shards = {n: f"{i}.safetensors" for i in (0, 1) for n in halves[i]}
        for i in (0, 1):
            save_file(halves[i], folder / f"{i}.safetensors")
        index = folder / "model.safetensors.index.json"
        index.write_text(json.dumps({"weight_map": shards}))
    else:
        torch.save(of_before(weights), folder / name)
    assert torch.equal(hear(folder), frames)


def test_files_of_an_index_lie_beside_it(folder):
    index = folder / "model.safetensors.index.json"
    outside = "../a.safetensors", "..", ".", "", "/a.safetensors", 3
    for names in (*({"a": name} for name in outside), "a.safetensors"):
        index.write_text(json.dumps({"weight_map": names}))
        with pytest.raises(ValueError, match="index.json' in its `weight_map`"):
            SSLEncoder(folder)


MISFITS = {
    "layer gone": (
        lambda w: {n: v for n, v in w.items() if "layers.0." not in n},
        r"\d\d missing .first 'encoder.layers.0.*belongs to",
    ),
    "one gone": (
        lambda w: {n: v for n, v in w.items() if "0.attention.k_p" not in n},
        r"2 missing .first 'encoder.layers.0.attention.k_proj.bias'",
    ),
    "another shape": (
        lambda w: w | {"encoder.layer_norm.bias": torch.ones(3)},
        "1 of another shape .first 'encoder.layer_norm.bias'",
    ),
    "another model": (lambda w: HEAD, r"\d\d missing"),
    "whole numbers": (
        lambda w: w | {"encoder.layer_norm.bias": torch.ones(16).int()},
        "1 of another type .first 'encoder.layer_norm.bias'",
    ),
    "no number": (
        lambda w: w | {"encoder.layer_norm.bias": torch.full((16,), torch.nan)},
        "numbers in 'encoder.layer_norm.bias' of .*16 of 16 are NaN",
    ),
}


@pytest.mark.parametrize("misfit", MISFITS)
@pytest.mark.parametrize("prefix", ["", "model."])
def test_misfits_are_named(folder, weights, misfit, prefix):
    change, message = MISFITS[misfit]
    write(prefixed(change(weights), prefix), folder)
    if prefix and misfit == "no number":
        message = message.replace("'encoder", "'model.encoder")
    with pytest.raises(ValueError, match=message) as caught:
        SSLEncoder(folder)
    assert str(folder) in str(caught.value)


def test_two_models_in_one_file_are_not_guessed_at(folder, weights):
    both = prefixed(weights, "student.") | prefixed(weights, "teacher.")
    write({name: value.clone() for name, value in both.items()}, folder)
    with pytest.raises(ValueError, match="'student.' and of 'teacher.'"):
        SSLEncoder(folder)


@pytest.mark.parametrize("entry", [{"return_dict": False}, {"note": None}])
def test_entries_that_concern_others_change_nothing(
    folder, weights, frames, entry
):
    write(weights, folder)
    config = json.loads((folder / "config.json").read_text()) | entry
    (folder / "config.json").write_text(json.dumps(config))
    assert torch.equal(hear(folder), frames)


HUGE = {
    "as written": (lambda w: w, "2 of another shape"),
    "old norm": (of_before, "missing .first 'encoder.pos_conv_embed"),
    "another model": (lambda w: HEAD, "missing .first 'encoder.layer_norm"),
}


@pytest.mark.parametrize("names", HUGE)
def test_no_memory_is_asked_for_what_the_file_does_not_hold(
    folder, weights, monkeypatch, names
):
    rename, message = HUGE[names]
    write(rename(weights), folder)
    config = json.loads((folder / "config.json").read_text())
    config["num_conv_pos_embeddings"] = 5_000_000
    (folder / "config.json").write_text(json.dumps(config))
    monkeypatch.delattr("transformers.PreTrainedModel.from_pretrained")
    with pytest.raises(ValueError, match=message):
        SSLEncoder(folder)


@pytest.mark.parametrize(
    "file, key, value, frames",
    [
        ("config.json", "conv_stride", [5, 16_000], 1),
        ("preprocessor_config.json", "sampling_rate", 44, 0),
    ],
)
def test_frames_of_a_second_are_refused(
    folder, weights, file, key, value, frames
):
    write(weights, folder)
    content = json.loads((folder / file).read_text()) | {key: value}
    (folder / file).write_text(json.dumps(content))
    with pytest.raises(ValueError, match=f"2 frames of.* {frames} of"):
        SSLEncoder(folder)


def test_a_model_can_be_pinned(good):
    right = file_sha256(good / "model.safetensors")
    SSLEncoder(good, sha256=right)
    with pytest.raises(ValueError, match=f"sha256 0{{64}}.*got {right}"):
        SSLEncoder(good, sha256="0" * 64)
    with pytest.raises(ValueError, match="40 hexadecimal digits.*'main'"):
        SSLEncoder("microsoft/wavlm-large", revision="main")


def test_a_file_is_no_folder(good):
    with pytest.raises(FileNotFoundError, match="it is a file. Give the fold"):
        SSLEncoder(good / "model.safetensors")


def test_a_pickle_never_runs(folder):
    trace = Path(tempfile.mkdtemp()) / "trace"

    class Malicious:
        def __reduce__(self):
            return Path.mkdir, (trace,)

    torch.save({"a": Malicious()}, folder / "pytorch_model.bin")
    with pytest.raises(ValueError, match="Nothing was run") as caught:
        SSLEncoder(folder)
    assert "weights_only" not in str(caught.value)
    assert not trace.exists()


@pytest.mark.parametrize("cached", ["model.safetensors", "pytorch_model.bin"])
def test_what_the_hub_gave_before_is_found_offline(
    good, weights, frames, tmp_path, monkeypatch, cached
):
    commit = "0123456789" * 4
    home = tmp_path / "models--owner--name"
    snapshot = home / "snapshots" / commit
    shutil.copytree(good, snapshot)
    if cached != "model.safetensors":
        (snapshot / "model.safetensors").unlink()
        torch.save(weights, snapshot / cached)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(commit)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert torch.equal(hear("owner/name"), frames)
    assert torch.equal(hear("owner/name", revision=commit), frames)
    with pytest.raises(FileNotFoundError, match="hub does not know it"):
        hear("owner/name", revision="f" * 40)
