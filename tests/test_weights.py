"""Weights files are read without running anything, or refused in words."""

import os
import pickle
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import official_clap
import pytest
import torch
from safetensors.torch import save_file

from speechbrain_zsfuse.weights import file_sha256, load_exactly, read_weights

WEIGHTS = {"a": torch.ones(2), "b": torch.arange(3)}


class Malicious:
    """Makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_laion_files_need_three_numpy_names(tmp_path):
    path = official_clap.write_checkpoint(tmp_path / "clap.pt", WEIGHTS)
    with pytest.raises(pickle.UnpicklingError, match="numpy"):
        torch.load(path, weights_only=True)
    read = read_weights(path)
    assert read.keys() == WEIGHTS.keys()
    assert all(torch.equal(read[name], WEIGHTS[name]) for name in WEIGHTS)


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64])
def test_numpy_scalars_of_this_numpy_are_read_over(tmp_path, kind):
    content = {"state_dict": WEIGHTS, "epoch": kind(3)}
    torch.save(content, tmp_path / "w.pt")
    assert read_weights(tmp_path / "w.pt").keys() == WEIGHTS.keys()


def _text(text):
    return b"X" + struct.pack("<I", len(text)) + text.encode()


def _int(number):
    return b"J" + struct.pack("<i", number)


def _dtype(name):
    return b"cnumpy\ndtype\n(" + name + b"tR"


def write_lie_of_numpy(path):
    """A scalar whose bytes numpy's own classes would follow as pointers."""
    pointers = b"(" + _dtype(_text("O")) + b"(" + _int(2) + b"tt"
    float64 = _dtype(_text("f8") + b"\x89\x88")
    state = _int(3) + _text("<") + pointers + b"NN" + _int(16) + _int(-1)
    lie = float64 + b"(" + state + _int(0) + b"tb"
    record = _dtype(b"](" + _text("x") + lie + b"ta")
    value = b"c_codecs\nencode\n(" + _text("A" * 16) + _text("latin1") + b"tR"
    scalar = b"cnumpy.core.multiarray\nscalar\n(" + record + value + b"tR"
    program = b"\x80\x02ccollections\nOrderedDict\n(" + scalar + b"tR."
    torch.save(WEIGHTS, path)
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            lies = name.endswith("data.pkl")
            file.writestr(name, program if lies else content)


def test_lies_of_numpy_corrupt_no_memory(tmp_path):
    write_lie_of_numpy(tmp_path / "lie.pt")
    code = (
        "from speechbrain_zsfuse.weights import read_weights\n"
        "try: read_weights('lie.pt')\n"
        "except ValueError as error: print(error)"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(root)},
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr  # -11: it crashed
    assert "Download it again" in done.stdout


@pytest.mark.parametrize("layout", ["bare", "old", "safetensors"])
def test_other_layouts_are_read_too(tmp_path, layout):
    path = tmp_path / ("w.safetensors" if layout == "safetensors" else "w.pt")
    if layout == "safetensors":
        save_file(WEIGHTS, path)
    else:
        new = layout == "bare"
        torch.save(WEIGHTS, path, _use_new_zipfile_serialization=new)
    assert read_weights(path).keys() == WEIGHTS.keys()


@pytest.mark.parametrize("zipped", [True, False])
def test_a_malicious_pickle_does_not_run(tmp_path, zipped):
    trace, path = tmp_path / "trace", tmp_path / "evil.pt"
    content = {"state_dict": WEIGHTS, "more": Malicious(trace)}
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(ValueError, match=r"run posix.mkdir.*Nothing was run"):
        read_weights(path)
    assert not trace.exists()


def test_a_plain_pickle_is_refused(tmp_path):
    trace, path = tmp_path / "trace", tmp_path / "evil.pkl"
    path.write_bytes(pickle.dumps({"a": Malicious(trace)}))
    with pytest.raises(ValueError, match="Nothing was run"):
        read_weights(path)
    assert not trace.exists()


def test_a_file_that_needs_a_harmless_class_is_refused_too(tmp_path):
    path = tmp_path / "more.pt"
    torch.save({"state_dict": WEIGHTS, "path": Path("x")}, path)
    with pytest.raises(ValueError, match="pathlib.*safetensors file"):
        read_weights(path)


@pytest.mark.parametrize("name", ["w.pt", "w.safetensors"])
@pytest.mark.parametrize("content", [b"", b"abc", b"PK\x03\x04" + bytes(99)])
def test_a_damaged_file_is_named(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=f"{name}.*damaged.*Download it again"):
        read_weights(tmp_path / name)


@pytest.mark.parametrize("content", [{}, {"a": 1}, [1], {"state_dict": 3}])
def test_a_file_without_tensors_is_refused(tmp_path, content):
    torch.save(content, tmp_path / "w.pt")
    with pytest.raises(ValueError, match="Expected a state dict"):
        read_weights(tmp_path / "w.pt")


def test_sha256_is_checked_before_anything_is_read(tmp_path):
    path = tmp_path / "w.safetensors"
    save_file(WEIGHTS, path)
    right = file_sha256(path)
    assert read_weights(path, right.upper()).keys() == WEIGHTS.keys()
    with pytest.raises(ValueError, match=f"sha256 0{{64}}.*got {right}"):
        read_weights(path, "0" * 64)


def test_weights_must_fit_exactly(tmp_path):
    module = torch.nn.Linear(2, 1)
    good = {"weight": torch.ones(1, 2), "bias": torch.ones(1)}
    load_exactly(module, good, "Linear", "x")
    assert module.bias.item() == 1
    load_exactly(module, {"weight": good["weight"]}, "Linear", "x", {"bias"})
    for weights, problem in [
        ({"weight": good["weight"]}, "1 missing .first 'bias'"),
        (good | {"extra": torch.ones(1)}, "1 unexpected .first 'extra'"),
        (good | {"bias": torch.ones(2)}, "1 of another shape .first 'bias'"),
    ]:
        with pytest.raises(ValueError, match=f"another model.*{problem}"):
            load_exactly(module, weights, "Linear", "x")
