"""Fixtures of all tests and doctests; nothing here touches the network."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("OMP_NUM_THREADS", "1")  # tiny models: threads only cost

import pytest


@pytest.fixture(scope="session")
def tiny_clap(tmp_path_factory):
    """Folder of a CLAP with random weights and a real tokenizer."""
    from speechbrain_zsfuse.synthetic import make_clap

    folder = tmp_path_factory.mktemp("models") / "clap"
    return str(make_clap(folder, seed=1, epochs=0, progress=False))


@pytest.fixture(scope="session")
def tiny_wavlm(tmp_path_factory):
    """Folder of the demo's WavLM, untrained."""
    from speechbrain_zsfuse.synthetic import make_wavlm

    return str(make_wavlm(tmp_path_factory.mktemp("models") / "wavlm"))


@pytest.fixture(scope="session")
def ravdess(tmp_path_factory):
    """Folder of made-up RAVDESS: all 672 clips, 0.3 s each."""
    from speechbrain_zsfuse.synthetic import make_ravdess

    folder = tmp_path_factory.mktemp("corpus")
    return make_ravdess(folder, seed=1, seconds=0.3, progress=False)


@pytest.fixture(scope="session")
def iemocap(tmp_path_factory):
    """Folder of made-up IEMOCAP: 26 utterances in each of five sessions."""
    from speechbrain_zsfuse.synthetic import make_iemocap

    folder = tmp_path_factory.mktemp("corpus") / "IEMOCAP_full_release"
    return make_iemocap(folder, seed=1, seconds=0.3, progress=False)


@pytest.fixture(scope="session")
def tiny_alms(tiny_clap, tmp_path_factory):
    """Folder of a tiny copy of each audio-language model of the recipes."""
    from speechbrain_zsfuse.lobes import CLSP, ReCLAP

    folders = {"clap": tiny_clap}
    for name, lobe in (("reclap", ReCLAP), ("clsp", CLSP)):
        folders[name] = str(tmp_path_factory.mktemp(name))
        lobe.tiny(folders[name])
    return folders
