"""Our CLAP beside the official package, both reading one checkpoint file.

Only where `laion_clap` is installed; `tests/lobes/test_clap.py` compares with
numbers that it computed before. Audio beyond 10 s is left out: there the
official code takes a random part.
"""

import numpy as np
import official_laion
import pytest
import torch
from places import ASSETS

from speechbrain_zsfuse.lobes import CLAP

pytestmark = pytest.mark.skipif(
    not official_laion.INSTALLED, reason=official_laion.INSTALL
)

CLIPS = sorted((ASSETS / "clap_parity").glob("*.flac"))


@pytest.fixture(scope="module", params=["tiny", "fused"])
def pair(request, tmp_path_factory):
    """The official model and ours, of the same file."""
    folder = tmp_path_factory.mktemp("official")
    module, path = official_laion.load_official(folder, request.param, seed=7)
    yield module, CLAP(path)
    path.unlink()


def test_audio(pair):
    module, alm = pair
    expected = module.get_audio_embedding_from_filelist(list(map(str, CLIPS)))
    assert len(expected) == len(CLIPS) > 1
    for path, embedding in zip(CLIPS, expected):
        got = alm.encode_audio(alm.read_audio(path)[None])[0]
        error = np.abs(got.numpy() - embedding).max()
        assert error < 1e-5, f"{path.name}: {error}"


def test_text(pair):
    module, alm = pair
    torch.manual_seed(1)
    ids = torch.randint(3, 50265, (4, 77))
    mask = torch.ones_like(ids)
    ids[:, 0], ids[0, 5:], mask[0, 5:] = 0, 1, 0
    expected = official_laion.embed_tokens(module, ids, mask)
    got = alm.encode_tokens(ids, mask).numpy()
    assert np.abs(got - expected).max() < 1e-5
