"""A checkpoint is whole or not there; a damaged one is passed over, named."""

import logging
import os
import re
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from saver import make_layers, save_for_ever
from server import SERVER
from speechbrain.utils.checkpoints import Checkpointer

from speechbrain_zsfuse.loading.seals import write_seal
from speechbrain_zsfuse.training.checkpoints import SafeCheckpointer


def make(folder, value=None):
    """A checkpointer of one layer, whose weight is ``value``."""
    layer = torch.nn.Linear(1, 1)
    if value is not None:
        torch.nn.init.constant_(layer.weight, value)
    return SafeCheckpointer(folder, {"layer": layer}), layer


@pytest.fixture
def two(tmp_path):
    """A folder with two checkpoints, of weights 1 and 2."""
    for value in (1, 2):
        checkpointer, _ = make(tmp_path, value)
        checkpointer.save_checkpoint({"UAR": value / 10}, name=str(value))
    return tmp_path


def recovered(folder, **choice):
    """Weight after recovery; None if there was nothing."""
    checkpointer, layer = make(folder, 0)
    found = checkpointer.recover_if_possible(**choice)
    return found and layer.weight.item()


def test_the_latest_or_the_best_comes_back(two):
    assert recovered(two) == 2
    assert recovered(two, min_key="UAR") == 1
    assert recovered(two, max_key="UAR") == 2


def remove(path):
    path.unlink()


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize(
    "damage, name, message",
    [
        (remove, "layer.ckpt", "layer.ckpt is missing"),
        (cut, "layer.ckpt", "layer.ckpt has .* of .* bytes"),
        (flip, "layer.ckpt", "the content of layer.ckpt is damaged"),
        (flip, "CKPT.yaml", "content of CKPT.yaml"),
        (remove, "SEAL.json", "it was never finished"),
        (cut, "SEAL.json", "SEAL.json is damaged"),
    ],
)
def test_a_damaged_one_is_named_and_passed_over(
    two, damage, name, message, caplog
):
    damage(two / "CKPT+2" / name)
    with caplog.at_level(logging.WARNING):
        assert recovered(two) == 1
    assert len(re.findall(f"CKPT.2: .*{message}", caplog.text)) == 1


NO_SEALS = [
    *("{}", "[]", "5", "null", "[" * 10_000, '{"a": [1, 2]}'),
    *('{"CKPT.yaml": 5}', '{"CKPT.yaml": [1]}'),
    '{"CKPT.yaml": [1, 2], "../1/CKPT.yaml": [1, 2]}',
]


@pytest.mark.parametrize("seal", NO_SEALS, ids=range(len(NO_SEALS)))
def test_a_seal_that_seals_nothing_is_none(two, seal, caplog):
    (two / "CKPT+2" / "SEAL.json").write_text(seal)
    assert recovered(two) == 1
    assert "CKPT+2: SEAL.json is damaged" in caplog.text


def replace(folder, name, content):
    """Another content of a file, sealed."""
    (folder / name).write_bytes(content)
    (folder / "SEAL.json").unlink()
    write_seal(folder)


@pytest.mark.parametrize(
    "content, message",
    [
        (b"!!python/object/apply:os.mkdir [trace]", "else than plain values"),
        (b"a: !other 5", "else than plain values"),
        (b"\xff", "else than plain values"),
        (b"a: [", "else than plain values"),
        (b"[1]", "does not say what it should"),
        (b"a: 5", "does not say what it should"),
    ],
)
def test_a_meta_file_is_plain_or_passed_over(two, content, message, caplog):
    replace(two / "CKPT+2", "CKPT.yaml", content)
    assert recovered(two) == 1
    assert re.search(f"CKPT.2: CKPT.yaml .*{message}", caplog.text)


@pytest.mark.parametrize(
    "value", [np.float64(0.5), np.int64(1), torch.tensor(1.0), Path("a"), 1j]
)
def test_a_meta_that_could_not_be_read_again_is_refused(two, value):
    """Not passed over on loading, when what was trained would be lost."""
    checkpointer, _ = make(two, 3)
    with pytest.raises(ValueError, match=r"plain numbers.*'UAR': .*float\("):
        checkpointer.save_checkpoint({"UAR": value})
    assert recovered(two) == 2
    assert len(list(two.iterdir())) == 2


def test_a_pickle_in_a_checkpoint_is_refused_in_words(two):
    trace = two / "trace"

    class Malicious:
        def __reduce__(self):
            return os.mkdir, (str(trace),)

    torch.save({"weight": Malicious()}, two / "evil")
    replace(two / "CKPT+2", "layer.ckpt", (two / "evil").read_bytes())
    with pytest.raises(ValueError, match=r"CKPT.2, but.*Nothing was run"):
        recovered(two)
    assert not trace.exists()


def test_of_a_link_only_the_link_is_deleted(tmp_path):
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "save"
    for place in (elsewhere, folder):
        make(place, 1)[0].save_checkpoint({"UAR": 0.1}, name="1")
    (folder / "CKPT+linked").symlink_to(elsewhere / "CKPT+1")
    (folder / "unfinished-CKPT+2").symlink_to(elsewhere)
    checkpointer, _ = make(folder, 2)
    checkpointer.save_and_keep_only({"UAR": 0.2}, num_to_keep=1)
    assert len(list(folder.iterdir())) == 1
    assert recovered(elsewhere) == 1


def test_what_was_passed_over_is_remembered(two):
    remove(two / "CKPT+2" / "SEAL.json")
    checkpointer, _ = make(two)
    checkpointer.recover_if_possible()
    assert checkpointer.passed_over == {"CKPT+2": "it was never finished"}


def test_nothing_whole_is_nothing(two):
    for name in ("1", "2"):
        remove(two / f"CKPT+{name}" / "SEAL.json")
    assert recovered(two) is None


def test_deletion_keeps_the_best_and_the_latest(tmp_path):
    for epoch, uar in enumerate([0.1, 0.9, 0.3, 0.2]):
        checkpointer, _ = make(tmp_path, epoch)
        checkpointer.save_and_keep_only({"UAR": uar}, max_keys=["UAR"])
    left = make(tmp_path)[0].list_checkpoints()
    assert sorted(one.meta["UAR"] for one in left) == [0.2, 0.9]
    assert len(list(tmp_path.iterdir())) == 2


def test_the_latest_was_saved_last_whatever_the_clock_says(
    tmp_path, monkeypatch
):
    for days in (3, 2, 5, 1):
        now = 86400.0 * days
        monkeypatch.setattr(time, "time", lambda now=now: now)
        make(tmp_path, days)[0].save_and_keep_only({"days": days})
        assert recovered(tmp_path) == days
    assert len(list(tmp_path.iterdir())) == 1


def test_what_a_kill_left_half_deleted_is_cleared(two):
    (two / "CKPT+1").rename(two / "unfinished-CKPT+1")
    make(two)[0].delete_checkpoints()
    assert [path.name for path in two.iterdir()] == ["CKPT+2"]


def test_speechbrain_reads_what_is_saved_here(two):
    layer = torch.nn.Linear(1, 1)
    stock = Checkpointer(two, {"layer": layer})
    assert stock.recover_if_possible(max_key="UAR").meta["UAR"] == 0.2
    assert layer.weight.item() == 2


def test_a_custom_name_can_be_saved_again(two):
    checkpointer, _ = make(two, 5)
    checkpointer.save_checkpoint({"UAR": 0.5}, name="2")
    assert recovered(two) == 5


def test_kill_9_while_saving_leaves_whole_checkpoints(tmp_path):
    for delay in (0.011, 0.017, 0.023, 0.031):
        here, there = SERVER.Pipe()
        process = SERVER.Process(target=save_for_ever, args=(tmp_path, there))
        process.start()
        there.close()
        for _ in range(4):
            last = here.recv()
        time.sleep(delay)
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        layers = make_layers()
        found = SafeCheckpointer(tmp_path, layers).recover_if_possible()
        assert found.meta["step"] >= last
        for layer in layers.values():
            assert (layer.weight == found.meta["step"]).all()
        for path in tmp_path.iterdir():  # the next run starts anew
            shutil.rmtree(path)
