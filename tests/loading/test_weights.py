"""Weights files are read without running anything, or refused in words."""

import os
import pickle
import struct
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import official_clap
import pytest
import torch
from safetensors.torch import save_file

from speechbrain_zsfuse.files import file_sha256
from speechbrain_zsfuse.loading.fitting import (
    explain_sizes,
    load_strictly,
    unloaded,
)
from speechbrain_zsfuse.loading.weights import read_weights

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


def test_numbers_of_numpy_are_never_built(tmp_path):
    """Of a dtype that claims object pointers numpy follows what is there."""
    numbers = {"epoch": np.float64(3), "old": np.dtype("float64")}
    torch.save({"state_dict": WEIGHTS, **numbers}, tmp_path / "w.pt")
    assert read_weights(tmp_path / "w.pt").keys() == WEIGHTS.keys()
    evil = tmp_path / "evil.pt"
    _replace_pickle(tmp_path / "w.pt", evil, _structure_of_pointers())
    code = (
        "import sys; from speechbrain_zsfuse.loading import read_weights\n"
        "try: read_weights(sys.argv[1])\n"
        "except ValueError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, evil], capture_output=True, text=True
    )
    assert done.returncode == 0, f"killed by signal {-done.returncode}"
    assert "Expected a state dict" in done.stdout or "damaged" in done.stdout


def _replace_pickle(source, target, content):
    """A copy of a checkpoint with another pickle in it."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            evil = name.endswith("data.pkl")
            new.writestr(name, content if evil else old.read(name))


def _structure_of_pointers():
    """An ordered dictionary of a scalar whose field is two object pointers,
    taken from bytes of the file: iterating over it would follow them."""

    def text(value):
        value = value.encode()
        return b"X" + struct.pack("<I", len(value)) + value

    def number(value):
        return b"J" + struct.pack("<i", value)

    def several(*values):
        return b"(" + b"".join(values) + b"t"

    dtype = b"cnumpy\ndtype\n"
    pointer = dtype + several(text("O")) + b"R"
    double = dtype + several(text("f8"), b"\x89", b"\x88") + b"R"
    pair = several(pointer, several(number(2)))
    state = (number(3), text("<"), pair, b"N", b"N", number(16), number(-1))
    field = double + several(*state, number(0)) + b"b"
    structure = dtype + b"(](" + text("x") + field + b"tatR"
    data = b"c_codecs\nencode\n" + several(text("A" * 16), text("latin1"))
    scalar = b"cnumpy.core.multiarray\nscalar\n"
    scalar += several(structure, data + b"R") + b"R"
    return b"\x80\x02ccollections\nOrderedDict\n(" + scalar + b"tR."


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


@pytest.mark.parametrize(
    "content",
    [{}, {"a": 1}, [1], {"state_dict": 3}, {1: torch.ones(2)}, torch.ones(2)],
)
def test_a_file_without_tensors_is_refused(tmp_path, content):
    torch.save(content, tmp_path / "w.pt")
    with pytest.raises(ValueError, match="Expected a state dict"):
        read_weights(tmp_path / "w.pt")


def test_an_empty_safetensors_is_refused(tmp_path):
    save_file({}, tmp_path / "w.safetensors")
    with pytest.raises(ValueError, match="Expected a state dict.*nothing"):
        read_weights(tmp_path / "w.safetensors")


@pytest.mark.parametrize(
    "value",
    [
        torch.eye(3).to_sparse(),
        torch.ones(2, device="meta"),
        torch.ones(1).expand(10**12),
    ],
)
def test_numbers_that_are_not_there_are_refused(tmp_path, value):
    torch.save({"a": torch.ones(1), "b": value}, tmp_path / "w.pt")
    with pytest.raises(ValueError, match="every number of 'b'.*contiguous"):
        read_weights(tmp_path / "w.pt")


def test_other_archives_are_refused(tmp_path):
    torch.jit.script(torch.nn.Linear(2, 1)).save(str(tmp_path / "script.pt"))
    with tarfile.open(tmp_path / "w.tar", "w") as file:
        for name in ("storages", "tensors", "pickle"):
            file.addfile(tarfile.TarInfo(name))
    for name in ("script.pt", "w.tar"):
        with pytest.raises(ValueError, match="TorchScript.*Nothing was run"):
            read_weights(tmp_path / name)


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
    load_strictly(module, good, "Linear", "x")
    assert module.bias.item() == 1
    load_strictly(module, {"weight": good["weight"]}, "Linear", "x", {"bias"})
    for weights, problem in [
        ({"weight": good["weight"]}, "1 missing .first 'bias'"),
        (good | {"extra": torch.ones(1)}, "1 unexpected .first 'extra'"),
        (good | {"bias": torch.ones(2)}, "1 of another shape .first 'bias'"),
        (good | {"bias": torch.ones(1).int()}, "1 of another type .*'bias'"),
        (good | {"bias": torch.ones(1) * 1j}, "1 of another type .*'bias'"),
    ]:
        with pytest.raises(ValueError, match=f"another model.*{problem}"):
            load_strictly(module, weights, "Linear", "x")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("default", [torch.float32, torch.bfloat16])
def test_weights_become_float32_whatever_the_default(dtype, default):
    third = torch.full((1, 2), 1 / 3)
    torch.set_default_dtype(default)
    try:
        module = unloaded(torch.nn.Linear, 2, 1, False)
        load_strictly(module, {"weight": third}, "Linear", "x")
        assert torch.equal(module.weight, third)
        load_strictly(module, {"weight": third.to(dtype)}, "Linear", "x")
        assert torch.equal(module.weight, third.to(dtype).float())
        assert module.weight.dtype == torch.float32
    finally:
        torch.set_default_dtype(torch.float32)


def test_weights_are_neither_drawn_nor_copied():
    before = torch.get_rng_state()
    module = unloaded(torch.nn.Linear, 2, 1, False)
    weight = torch.ones(1, 2)
    load_strictly(module, {"weight": weight}, "Linear", "x")
    assert module.weight.data_ptr() == weight.data_ptr()
    assert torch.equal(torch.get_rng_state(), before)


def test_sizes_that_make_no_sense_are_explained():
    with pytest.raises(ValueError, match="another model: its sizes: tuple"):
        with explain_sizes("CLAP", "x"):
            torch.tensor(1.0).shape[0]
    with pytest.raises(ValueError, match="another model: its sizes: not enou"):
        with explain_sizes("CLAP", "x"):
            _, _ = torch.ones(2).shape


def test_a_counter_that_was_halved_is_a_counter_again():
    module = torch.nn.BatchNorm1d(2)
    halves = {n: value.half() for n, value in module.state_dict().items()}
    load_strictly(module, halves, "BatchNorm", "x")
    assert module.num_batches_tracked.dtype == torch.int64
    assert module.running_var.dtype == torch.float32
