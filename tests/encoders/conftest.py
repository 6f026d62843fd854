"""What the tests of SpeechBrain's wrappers run on."""

import numpy as np
import pytest
import torch
from ssl_wrappers import WRAPPERS
from tiny_ssl import save_ssl

MODELS = {
    f"{kind}-{size}": (kind, size == "large")
    for kind in WRAPPERS
    for size in ("base", "large")
}


@pytest.fixture(scope="module", params=MODELS)
def model(request, tmp_path_factory):
    """Kind of a model, and its folder."""
    kind, large = MODELS[request.param]
    return kind, save_ssl(tmp_path_factory.mktemp(request.param), kind, large)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Folder of a WavLM like the large one."""
    return save_ssl(tmp_path_factory.mktemp("wavlm"))


@pytest.fixture(scope="module")
def clips():
    """A quiet clip and a loud one, longer."""
    rng = np.random.default_rng(0)
    quiet, loud = 0.003 * rng.standard_normal(6000), rng.standard_normal(9000)
    return [torch.from_numpy(x.astype("float32")) for x in (quiet, loud)]
