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
def tiny_reclap(tmp_path_factory):
    """Folder of a ReCLAP with random weights and a byte tokenizer."""
    from speechbrain_zsfuse.lobes import ReCLAP

    folder = tmp_path_factory.mktemp("reclap")
    ReCLAP.tiny(folder)
    return str(folder)


@pytest.fixture(scope="session")
def tiny_clsp(tmp_path_factory):
    """Folder of a CLSP with random weights and a byte tokenizer."""
    from speechbrain_zsfuse.lobes import CLSP

    folder = tmp_path_factory.mktemp("clsp")
    CLSP.tiny(folder)
    return str(folder)


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
def three_actors(tmp_path_factory):
    """Folder of 21 clips of made-up RAVDESS: the first takes of actors 1, to
    train on, 2, to validate, and 3, to test."""
    from speechbrain_zsfuse.synthetic import make_ravdess

    options = {"seed": 1, "seconds": 0.3, "speakers": [1, 2, 3]}
    folder = tmp_path_factory.mktemp("three")
    corpus = make_ravdess(folder, **options, progress=False)
    for path in corpus.glob("*/*.wav"):
        if not path.match("03-01-??-??-01-01-??.wav"):
            path.unlink()
    return corpus


@pytest.fixture(scope="session")
def iemocap(tmp_path_factory):
    """Folder of made-up IEMOCAP: 26 utterances in each of five sessions."""
    from iemocap_synthetic import make_iemocap

    folder = tmp_path_factory.mktemp("corpus") / "IEMOCAP_full_release"
    return make_iemocap(folder, seed=1, seconds=0.3, progress=False)


@pytest.fixture(scope="session")
def tiny_alms(tiny_clap, tiny_reclap, tiny_clsp):
    """Folders of the audio-language models by the names of the YAMLs."""
    return {"clap": tiny_clap, "reclap": tiny_reclap, "clsp": tiny_clsp}


@pytest.fixture(scope="session")
def msp_podcast(tmp_path_factory):
    """Folder of made-up MSP-Podcast: 133 clips in the layout of 1.11."""
    from msp_podcast_synthetic import make_msp_podcast

    folder = tmp_path_factory.mktemp("corpus") / "MSP-Podcast"
    return make_msp_podcast(folder, seed=1, progress=False)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory, ravdess, tiny_clap, tiny_wavlm):
    """``results/demo`` as the demo leaves it, of models that learned
    nothing."""
    from demo import state_training_data

    folder = tmp_path_factory.mktemp("demo")
    places = {"corpus": ravdess, "clap": tiny_clap, "wavlm": tiny_wavlm}
    for name, place in places.items():
        (folder / name).symlink_to(place, target_is_directory=True)
    state_training_data(folder)
    return folder


@pytest.fixture(scope="session")
def demo_run(demo_folder):
    """Its run ``zsfuse/1000``, of one epoch."""
    from recipe import flags, run_here

    words = {"results_folder": demo_folder, "experiment": "zsfuse"}
    words |= {"ledger": demo_folder / "ledger.yaml", "number_of_epochs": 1}
    with pytest.MonkeyPatch.context() as patch:
        run_here(patch, "hparams/demo.yaml", *flags(words))
    return demo_folder / "zsfuse" / "1000"
