"""Whatever is spoiled in a lobe's file of weights is said when it is loaded."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from speechbrain_zsfuse.lobes import CLAP, CLSP, ReCLAP


def spoil(folder, end, change):
    """Change the first tensor whose name ends so, and return its name."""
    path = folder / "model.safetensors"
    weights = load_file(path)
    name = next(name for name in sorted(weights) if name.endswith(end))
    weights[name] = change(weights[name]).contiguous()
    save_file(weights, path, {"format": "pt"})
    return name


def with_nan(value):
    value.view(-1)[0] = torch.nan
    return value


def test_no_number_is_named(lobe, copied):
    name = spoil(copied, ".bias", with_nan)
    with pytest.raises(ValueError, match=f"numbers in '{name}' of .*1 of"):
        lobe(copied)


@pytest.mark.parametrize(
    "change",
    [lambda value: torch.tensor(1.0), lambda value: value[None]],
    ids=["no dimensions", "one more"],
)
def test_another_shape_is_refused(lobe, copied, change):
    """Of one tensor after the other, wherever the sizes are read off."""
    kept = load_file(copied / "model.safetensors")
    names = [name for name, value in kept.items() if value.ndim]
    for name in names[:: max(1, len(names) // 12)]:
        spoil(copied, name, change)
        with pytest.raises(ValueError, match="another model") as caught:
            lobe(copied)
        assert str(copied) in str(caught.value)
        save_file(kept, copied / "model.safetensors", {"format": "pt"})


@pytest.mark.parametrize("hears", [CLAP, ReCLAP])
@pytest.mark.parametrize("value", [-7, 7, 10**6])
def test_positions_of_a_window_are_what_they_must_be(tmp_path, hears, value):
    hears.tiny(tmp_path)

    def change(index):
        index.view(-1)[3] += value
        return index

    name = spoil(tmp_path, "relative_position_index", change)
    assert name.startswith("audio_branch")
    with pytest.raises(ValueError, match="position_index' is damaged"):
        hears(tmp_path)


def test_positions_of_a_hub_clap_are_looked_at_too(tiny_clap, tmp_path):
    copied = Path(shutil.copytree(tiny_clap, tmp_path / "clap"))
    spoil(copied, "relative_position_index", lambda index: index + 1)
    with pytest.raises(ValueError, match="position_index' is damaged"):
        CLAP(copied)


@pytest.mark.parametrize("hears", [CLAP, ReCLAP])
def test_attention_of_one_number_is_named(tmp_path, hears):
    hears.tiny(tmp_path)
    spoil(tmp_path, "attn.qkv.bias", lambda value: torch.tensor(1.0))
    with pytest.raises(ValueError, match="qkv.bias' is one number"):
        hears(tmp_path)


def test_absurd_sizes_beside_a_clsp_are_refused(tmp_path):
    CLSP.tiny(tmp_path)
    path = tmp_path / "config.json"
    config = json.loads(path.read_text())
    config["audio"]["num_encoder_layers"] = [10**7]
    path.write_text(json.dumps(config))
    with pytest.raises(ValueError, match="`num_encoder_layers` in .*1000, but"):
        CLSP(tmp_path)
