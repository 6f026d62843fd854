"""Nothing is sent anywhere unless it is asked for."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import watched_use
from finished_run import finish_run
from places import ROOT

# Found, not imported: who collects tests would wait for it.
pytestmark = pytest.mark.skipif(
    not find_spec("gradio"), reason="the page needs the extra demo"
)
OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")


def test_publishing_loading_and_showing_open_no_connection(
    tmp_path, tiny_wavlm, tiny_clap
):
    run = finish_run(tmp_path / "own", tiny_wavlm, tiny_clap)
    clap = {"sources": [tiny_clap], "source": "me"}
    licence = {"id": "apache-2.0", "source": "me"}
    ledger = tmp_path / "ledger.yaml"
    ledger.write_text(
        json.dumps({"models": {"My": clap}, "licences": {"My": licence}})
    )
    recording = next((tmp_path / "own/data").glob("*.wav"))
    environment = {k: v for k, v in os.environ.items() if k not in OFFLINE}
    # No token and no downloads of whoever runs the tests.
    environment |= {"HF_HOME": str(tmp_path / "hub"), "PYTHONPATH": str(ROOT)}
    script = Path(watched_use.__file__)
    places = [run, tmp_path / "model", ledger, recording]
    done = subprocess.run(
        [sys.executable, script, *places],
        env=environment,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [watched_use.BAIT]
