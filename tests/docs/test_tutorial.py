"""The tutorial runs from nothing, and what it shows is what it gives."""

import pytest
from places import ROOT

TUTORIAL = ROOT / "docs" / "tutorial.ipynb"
# All cells run; what is compared does not depend on what models learned.
SHORTER = {
    "seconds=0.5": "seconds=0.3",
    "epochs=8": "epochs=0",
    "--number_of_epochs=3": "--number_of_epochs=1",
}


def shorten(notebook):
    """Let its models learn for less time."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for long, short in SHORTER.items():
        assert any(long in cell.source for cell in code), long
        for cell in code:
            cell.source = cell.source.replace(long, short)


def texts(cell):
    """What a cell printed and gave, as text."""
    for output in cell.outputs:
        yield output.get("text") or output.get("data", {}).get("text/plain")


def test_the_tutorial_runs_and_shows_what_it_gives():
    for name in ("nbclient", "ipykernel"):
        pytest.importorskip(name, reason="needs the extra [notebook]")
    import nbformat
    from nbclient import NotebookClient

    stored = nbformat.read(TUTORIAL, as_version=4)
    done = nbformat.read(TUTORIAL, as_version=4)
    shorten(done)
    place = {"metadata": {"path": str(TUTORIAL.parent)}}
    NotebookClient(done, timeout=300, resources=place).execute()
    compared = 0
    for before, after in zip(stored.cells, done.cells, strict=True):
        if "same-everywhere" in before.metadata.get("tags", ()):
            assert list(texts(before)) == list(texts(after))
            compared += 1
    assert compared == 3
