"""Runs that are published, and a hub to upload to."""

import shutil

import huggingface_hub
import pytest
from fake_hub import serving_hub
from finished_run import USER, finish_run


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """Folder of a user, with models and runs."""
    return tmp_path_factory.mktemp(USER)


@pytest.fixture(scope="session")
def run(home, tiny_wavlm, tiny_clap):
    """A run with a CLAP."""
    shutil.copytree(tiny_clap, home / "clap")
    shutil.copytree(tiny_wavlm, home / "wavlm")
    return finish_run(home / "own", home / "wavlm", home / "clap")


@pytest.fixture
def hub(monkeypatch):
    """A hub that is reached, and a token it takes."""
    with serving_hub() as hub:
        constants = huggingface_hub.constants
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(constants, "ENDPOINT", hub.address)
        monkeypatch.setattr(
            huggingface_hub.hf_api.constants, "ENDPOINT", hub.address
        )
        monkeypatch.setenv("HF_TOKEN", hub.token)
        yield hub
