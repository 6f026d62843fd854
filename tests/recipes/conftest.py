"""What takes long to make, for all tests of recipes."""

import pytest


@pytest.fixture(scope="session")
def release(tmp_path_factory):
    """Folder of made-up IEMOCAP with the true counts."""
    from iemocap_synthetic import make_iemocap

    corpus = tmp_path_factory.mktemp("full") / "IEMOCAP_full_release"
    return make_iemocap(corpus, seed=1, full=True, progress=False)


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """Where what is known of its audio is kept."""
    return tmp_path_factory.mktemp("cache") / "audio.sqlite"
