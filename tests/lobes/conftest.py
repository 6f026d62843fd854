"""What the tests of every lobe run on: a file may have its own instead."""

import shutil
from pathlib import Path

import pytest
from lobe_cases import LOBES


@pytest.fixture(scope="module", params=LOBES, ids=lambda lobe: lobe.__name__)
def lobe(request):
    return request.param


@pytest.fixture(scope="module")
def folder(lobe, tmp_path_factory):
    folder = tmp_path_factory.mktemp(lobe.__name__)
    lobe.tiny(folder)
    return folder


@pytest.fixture(scope="module")
def alm(lobe, tmp_path_factory):
    return lobe.tiny(tmp_path_factory.mktemp(lobe.__name__))


@pytest.fixture
def copied(folder, tmp_path):
    """A folder of its own, to be damaged."""
    return Path(shutil.copytree(folder, tmp_path / "copy"))
