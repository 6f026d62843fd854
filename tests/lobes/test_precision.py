"""Full float32 in any thread, whichever interface has set the precision."""

import os
import subprocess
import sys
import threading

import pytest
import torch

from speechbrain_zsfuse.lobes.precision import full_float32


@pytest.fixture(autouse=True)
def restore():
    places = torch.backends.cuda.matmul, torch.backends.cudnn
    before = [place.allow_tf32 for place in places]
    yield
    for place, value in zip(places, before):
        place.allow_tf32 = value


@pytest.mark.parametrize("matmul", [True, False])
@pytest.mark.parametrize("cudnn", [True, False])
def test_it_is_as_before_afterwards(matmul, cudnn):
    torch.backends.cuda.matmul.allow_tf32 = matmul
    torch.backends.cudnn.allow_tf32 = cudnn
    with pytest.raises(KeyError), full_float32():
        with full_float32():
            assert not torch.backends.cuda.matmul.allow_tf32
        assert not torch.backends.cuda.matmul.allow_tf32
        assert not torch.backends.cudnn.allow_tf32
        raise KeyError
    assert torch.backends.cuda.matmul.allow_tf32 == matmul
    assert torch.backends.cudnn.allow_tf32 == cudnn


def test_threads_share_what_is_set():
    torch.backends.cuda.matmul.allow_tf32 = True
    inside, leave, seen = threading.Event(), threading.Event(), []

    def work():
        with full_float32():
            inside.set()
            assert leave.wait(100)
            seen.append(torch.backends.cuda.matmul.allow_tf32)

    thread = threading.Thread(target=work)
    with full_float32():
        thread.start()
        assert inside.wait(100)
    # the other thread is still inside
    assert not torch.backends.cuda.matmul.allow_tf32
    leave.set()
    thread.join()
    assert seen == [False]
    assert torch.backends.cuda.matmul.allow_tf32


def run(code):
    """In a process of its own: PyTorch remembers which interface was used."""
    imports = (
        "import torch\n"
        "from speechbrain_zsfuse.lobes.precision import full_float32\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", imports + code], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_medium_stays_medium():
    run("""
torch.set_float32_matmul_precision("medium")
with full_float32():
    assert not torch.backends.cuda.matmul.allow_tf32
    assert torch.get_float32_matmul_precision() == "highest"
assert torch.get_float32_matmul_precision() == "medium"
""")


def test_the_default_type_is_float32_inside():
    run("""
torch.set_default_dtype(torch.bfloat16)
with full_float32():
    assert torch.ones(1).dtype == torch.float32
assert torch.ones(1).dtype == torch.bfloat16
""")


SET = [
    "torch.backends.fp32_precision = 'tf32'",
    "torch.backends.cuda.matmul.fp32_precision = 'tf32'",
    "torch.backends.cudnn.fp32_precision = 'tf32'",
    "torch.backends.cudnn.conv.fp32_precision = 'tf32'",
    "torch.backends.cudnn.conv.fp32_precision = 'ieee'",
    "torch.backends.mkldnn.matmul.fp32_precision = 'bf16'",
    "torch.backends.cuda.matmul.allow_tf32 = True",
    "torch.backends.cudnn.allow_tf32 = False",
    "torch.set_float32_matmul_precision('medium')",
    "pass",
]

CHECK = """
import os

def places():
    b = torch.backends
    return [
        place.fp32_precision
        for place in (b, b.cudnn, b.mkldnn, b.cudnn.conv, b.cudnn.rnn,
                      b.cuda.matmul, b.mkldnn.matmul, b.mkldnn.conv)
    ]

def check(line):
    exec(line)
    before = places()
    with full_float32():
        assert not {"tf32", "bf16"} & set(places()[3:]), places()
    assert places() == before, (before, places())
    # What a place inherits follows when its parent is set later.
    torch.backends.fp32_precision = "ieee"
    after = places()
    torch.backends.fp32_precision = "none"
    exec(line)
    torch.backends.fp32_precision = "ieee"
    assert places() == after, (after, places())

for line in SET:
    child = os.fork()  # none sees what another one has set
    if not child:
        check(line)
        os._exit(0)
    assert not os.waitpid(child, 0)[1], line
"""


@pytest.mark.skipif(
    not hasattr(torch.backends, "fp32_precision") or not hasattr(os, "fork"),
    reason="this PyTorch has the old interface only, or no fork",
)
def test_every_place_of_the_new_interface_is_put_back():
    run(f"SET = {SET}" + CHECK)
