"""Full float32 in any thread, whichever interface has set the precision."""

import subprocess
import sys
import threading

import pytest
import torch

from speechbrain_zsfuse.precision import full_float32


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
            leave.wait(10)
            seen.append(torch.backends.cuda.matmul.allow_tf32)

    thread = threading.Thread(target=work)
    with full_float32():
        thread.start()
        inside.wait(10)
    # the other thread is still inside
    assert not torch.backends.cuda.matmul.allow_tf32
    leave.set()
    thread.join()
    assert seen == [False]
    assert torch.backends.cuda.matmul.allow_tf32


def run(code):
    """In a process of its own: PyTorch remembers which interface was used."""
    imports = (
        "import torch\nfrom speechbrain_zsfuse.precision import full_float32\n"
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
assert torch.get_float32_matmul_precision() == "medium"
""")


@pytest.mark.skipif(
    not hasattr(torch.backends, "fp32_precision"),
    reason="this PyTorch has the old interface only",
)
@pytest.mark.parametrize("place", ["", "cuda.matmul.", "cudnn.", "cudnn.conv."])
def test_the_new_interface_is_kept(place):
    run(f"""
matmul, conv = torch.backends.cuda.matmul, torch.backends.cudnn.conv
torch.backends.{place}fp32_precision = "tf32"
before = matmul.fp32_precision, conv.fp32_precision
with full_float32():
    assert matmul.fp32_precision != "tf32", matmul.fp32_precision
    assert conv.fp32_precision != "tf32", conv.fp32_precision
assert (matmul.fp32_precision, conv.fp32_precision) == before
""")
