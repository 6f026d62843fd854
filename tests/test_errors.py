"""A library that is missing, or in the way, is named with what to do."""

import os
import subprocess
import sys
from importlib.metadata import version

import pytest

from speechbrain_zsfuse.errors import explain_imports, list_names, shorten


def fake_package(folder, name, code="", files=()):
    """Put a package on ``folder`` that is found, with metadata."""
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(code)
    for file in files:
        (folder / name / f"{file}.py").write_text(
            "class Image: pass\n"
            "class Resampling: NEAREST=BOX=BILINEAR=HAMMING=BICUBIC=LANCZOS=0\n"
        )
    project = "pillow" if name == "PIL" else name
    metadata = folder / f"{project}-99.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project}\nVersion: 99.0\n"
    )


def test_a_torchvision_of_another_torch_is_named(tmp_path, tiny_clap):
    broken = 'raise RuntimeError("operator torchvision::nms does not exist")'
    fake_package(tmp_path, "torchvision", broken)
    fake_package(tmp_path, "PIL", files=["Image", "ImageDraw", "ImageOps"])
    code = f"from speechbrain_zsfuse.lobes import CLAP; CLAP({tiny_clap!r})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}:{os.getcwd()}"},
        capture_output=True,
        text=True,
    )
    assert "Expected a torchvision that fits" in done.stderr, version("torch")
    assert "pip uninstall torchvision" in done.stderr


def test_a_missing_package_of_an_extra_is_named():
    with pytest.raises(ImportError, match=r"'no_such'.*zsfuse\[laion\]"):
        with explain_imports(extra="laion"):
            import no_such.thing  # noqa: F401


def test_other_failures_are_left_alone():
    with pytest.raises(ImportError, match="cannot import name"):
        with explain_imports():
            from json import no_such  # noqa: F401
    with pytest.raises(RuntimeError, match="else"):
        with explain_imports():
            raise RuntimeError("something else")


def test_long_lists_of_names_are_cut_and_counted():
    names = [f"03-01-04-01-01-01-{n:02}" for n in range(1, 60)]
    assert list_names(names).endswith("01-05 and 54 more")
    assert list_names(names[:5]) == ", ".join(names[:5])
    lines = [f"missing of actor {n:02}: {', '.join(names)}" for n in range(24)]
    shown = shorten(lines).splitlines()
    assert len(shown) == 11 and shown[-1] == "  … and 14 more"
    assert shown[0].startswith("missing of actor 00: 03-01-04-01-01-01-01, ")
    assert all(line.endswith("and 54 more") for line in shown[:-1])


def test_a_sentence_with_commas_stays_whole():
    line = "16 of sad, 16 of angry, but 12 of happy: labels, speakers, splits"
    assert shorten([line]) == line
    values = ", ".join(f"'{word}'" for word in "abcdefghijklmn")
    line = f"labels: [{values}] there, [{values}, 'o'] now"
    assert shorten([line]) == line
