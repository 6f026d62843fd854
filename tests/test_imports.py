"""Imports point one way, and importing the package loads no model library."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "speechbrain_zsfuse"

# A module may import from its own row's right neighbours and below only.
LAYERS = [
    {"brain", "cli", "experiment"},
    {"dataio", "optimisation"},
    {"scoring"},
    {"store"},
    {"zeroshot", "synthetic"},
    {"fusion", "losses", "pooling", "preparation", "prompts", "schedules"},
    {
        "batching",
        "checkpoints",
        "hparams",
        "manifests",
        "predictions",
        "processes",
    },
    {"certificate", "inspection", "metrics", "recordings"},
    {"encoder", "filterbank"},
    {"attention"},
    {"lobes", "convert"},
    {"remote_code"},
    {"towers"},
    {"vocabulary", "window"},
    {"memory", "weights"},
    {
        "audio",
        "checks",
        "composition",
        "download",
        "files",
        "identity",
        "libraries",
        "pickles",
        "precision",
        "sources",
    },
]


def layer(name):
    """Index of the layer of a module of the package."""
    for index, names in enumerate(LAYERS):
        if name in names:
            return index
    raise LookupError(f"{name} has no place in LAYERS: give it one")


def all_imports(path):
    """Dotted names that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: write imports in full"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def imports(path):
    """Modules of the package that a file imports, as lists of names."""
    for name in all_imports(path):
        if name.startswith("speechbrain_zsfuse."):
            yield name.split(".")[1:]


def modules():
    """Files of the package but ``__init__``."""
    return sorted(set(PACKAGE.rglob("*.py")) - {PACKAGE / "__init__.py"})


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.stem)
def test_imports_point_down(path):
    home = path.relative_to(PACKAGE).with_suffix("").parts[0]
    for target, *_ in imports(path):
        if target != home:
            assert layer(target) > layer(home), f"{home} imports {target}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "lobes").glob("*.py")))
def test_a_lobe_imports_no_other_lobe(path):
    lobes = [target[1:] for target in imports(path) if target[0] == "lobes"]
    assert all(name[:1] == ["base"] for name in lobes)


def test_nobody_imports_a_recipe():
    recipes = {p.stem for p in (ROOT / "recipes").rglob("*.py")}
    for path in modules():
        assert not recipes & set(all_imports(path)), path


def loaded_by(imports, libraries):
    """Which libraries a fresh interpreter loads for some imports."""
    code = f"import sys, {imports}; print(set(sys.modules) & {libraries})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("name", ["metrics", "predictions", "prompts"])
def test_tables_need_no_torch(name):
    assert loaded_by(f"speechbrain_zsfuse.{name}", {"torch"}) == "set()"


def test_importing_the_package_loads_no_model_library():
    names = "speechbrain_zsfuse, speechbrain_zsfuse.lobes"
    assert loaded_by(names, {"torch", "transformers"}) == "set()"
