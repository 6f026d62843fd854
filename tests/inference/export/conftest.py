"""One trained model, exported by the command, for all tests of it."""

import contextlib
import io

import pytest
from exporting import needs_onnx

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.inference import OnnxRecognizer


@pytest.fixture(scope="session")
def exported_run(tmp_path_factory, fused_run, few_voices):
    """Folder of the export, its int8 copy within, and what was printed."""
    needs_onnx()
    folder = tmp_path_factory.mktemp("exported") / "onnx"
    clips = ["--clips", fused_run / "test.csv", "--data_folder", few_voices]
    arguments = ["export", fused_run, folder, "--int8", *clips]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert main([*map(str, arguments)]) == 0
    return folder, printed.getvalue()


@pytest.fixture(scope="session")
def exported(exported_run):
    """That model, run by onnxruntime."""
    return OnnxRecognizer(exported_run[0])
