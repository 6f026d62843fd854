"""Settings of the documentation.

    python -m sphinx -W -b html docs build/docs

The reference is made here, a page for each door and for each file that YAMLs
name; what has no door is not in it.
"""

import re
import reprlib
from importlib import import_module
from pathlib import Path

import speechbrain_zsfuse

HERE = Path(__file__).parent
FRONT = speechbrain_zsfuse.__name__
FILES = ["losses", "pooling"]

project = "speechbrain-zsfuse"
version = release = speechbrain_zsfuse.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["*.ipynb"]
myst_heading_anchors = 3
autodoc_default_options = {
    "members": True,
    # Of these, and what they inherit, nothing is repeated.
    "inherited-members": "Module, Brain, Checkpointer, tuple, Exception, dict",
}
autodoc_typehints = "none"  # types stand beside the arguments
napoleon_google_docstring = False
napoleon_use_ivar = True  # fields of a dataclass are documented once
napoleon_use_rtype = False
add_module_names = False
html_theme = "furo"
html_title = f"{project} {release}"
html_show_copyright = html_show_sourcelink = False


def write_reference(_):
    """A page for each door, and one that lists them."""
    folder = HERE / "reference"
    folder.mkdir(exist_ok=True)
    doors = Path(speechbrain_zsfuse.__file__).parent.glob("*/__init__.py")
    rooms = sorted([*FILES, *(path.parent.name for path in doors)])
    names = [FRONT, *(f"{FRONT}.{room}" for room in rooms)]
    for name in names:
        lines = [f"# {name.rpartition('.')[2]}", "", "```{eval-rst}"]
        lines += [f".. automodule:: {name}"]
        # Its names are those of rooms, too, where they are indexed.
        lines += ["   :no-index:"] if name == FRONT else list_constants(name)
        text = "\n".join([*lines, "```", ""])
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    index = ["# Reference", "", "```{toctree}", *names, "```", ""]
    (folder / "index.md").write_text("\n".join(index), encoding="utf-8")


def list_constants(name):
    """Directives for what a door gives that has no docstring."""
    module = import_module(name)
    for key in getattr(module, "__all__", ()):
        value = getattr(module, key)
        if not callable(value):
            yield f".. py:data:: {key}"
            yield f"   :value: {reprlib.repr(value)}"


def name_places(app, page, source):
    """What lies outside of docs/ and is no file to download is named, not
    linked: READMEs and folders."""
    link = re.compile(
        r"\[([^]]+)\]\(\.\./([\w./-]+?(?:\.md|/[\w-]+))(?:#[^)]+)?\)"
    )
    source[0] = link.sub(r"\1 (`\2`)", source[0])


def is_plain_field(app, what, name, value, skip, options):
    """Fields of a named tuple stand in its own docstring."""
    text = getattr(value, "__doc__", None) or ""
    return True if text.startswith("Alias for field number") else None


def setup(app):
    """The reference is written before pages are read."""
    app.connect("builder-inited", write_reference)
    app.connect("source-read", name_places)
    app.connect("autodoc-skip-member", is_plain_field)
