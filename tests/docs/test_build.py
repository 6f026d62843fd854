"""The documentation builds without a warning, and names all that is public."""

import re
from importlib import import_module

import pytest
from documented import find_anchors
from places import PACKAGE, ROOT

DOCS = ROOT / "docs"
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Folder of the HTML."""
    needed = ("sphinx.cmd.build", "furo", "myst_parser")
    for name in needed:
        pytest.importorskip(name, reason="needs the extra [docs]")
    from sphinx.cmd.build import build_main

    folder = tmp_path_factory.mktemp("site")
    trees = tmp_path_factory.mktemp("trees")
    words = ["-W", "--keep-going", "-q", "-b", "html", "-d", str(trees)]
    assert build_main([*words, str(DOCS), str(folder)]) == 0
    return folder


@pytest.mark.parametrize("room", ROOMS)
def test_the_reference_has_every_name_of_a_door(site, room):
    door = f"speechbrain_zsfuse.{room}"
    page = (site / "reference" / f"{door}.html").read_text(encoding="utf-8")
    anchors = set(re.findall(r'id="([^"]+)"', page))
    names = import_module(door).__all__
    assert names and {f"{door}.{name}" for name in names} <= anchors


def test_what_a_class_inherits_from_ours_is_told(site):
    page = site / "reference" / "speechbrain_zsfuse.inference.html"
    text = page.read_text(encoding="utf-8")
    for name in ("from_pretrained", "predict", "classify", "classify_file"):
        assert f"inference.EmotionRecognizer.{name}" in text
    assert "EmotionRecognizer.state_dict" not in text  # of torch


def test_sections_of_docstrings_are_told_apart(site):
    """``Arguments``, as SpeechBrain calls them, are no plain text."""
    page = site / "reference" / "speechbrain_zsfuse.fusion.html"
    text = page.read_text(encoding="utf-8")
    assert "Parameters<" in text and "Arguments<" not in text
    assert "<strong>n_classes</strong>" in text


def test_every_page_is_in_the_contents(site):
    index = (site / "index.html").read_text(encoding="utf-8")
    for page in DOCS.glob("*.md"):
        assert f'href="{page.stem}.html"' in index or page.stem == "index"


@pytest.mark.parametrize(
    "page", sorted(DOCS.glob("*.md")), ids=lambda p: p.stem
)
def test_every_file_that_a_page_names_exists(page):
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!http)([^)]+)", text):
        path, _, section = link.partition("#")
        place = DOCS / path if path else page
        assert place.exists(), link
        assert not section or section in find_anchors(place), link
