"""The house: rooms on floors, doors, and what importing them costs."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter

import pytest
from places import PACKAGE, ROOT

# From the top down; a room imports from floors below its own only.
FLOORS = [
    {"cli"},
    {"experiment", "hub"},
    {"training", "synthetic"},
    {"inference"},
    {"zeroshot"},
    {"lobes", "encoders", "corpora"},
    {
        *("loading", "audio", "evaluation", "adapters", "file_cache"),
        *("processes", "pooling", "fusion", "losses"),
    },
    {"files", "folders", "progress", "door", "options"},
    {"errors", "kind_words"},
]
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
# Files that one room keeps for itself: who may use them.
PRIVATE = {("lobes", "towers"): {("lobes",), ("hub", "convert")}}


def floor(room):
    """Number of a room's floor, 1 at the bottom."""
    for number, rooms in enumerate(reversed(FLOORS), 1):
        if room in rooms:
            return number
    raise LookupError(f"{room} is on no floor: give it one")


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
    """Places in the package that a file imports, as tuples of names."""
    for name in set(all_imports(path)) - {"speechbrain_zsfuse.__version__"}:
        if name.startswith("speechbrain_zsfuse."):
            yield tuple(name.split(".")[1:])


def files():
    """Files of the package but its front door."""
    return sorted(set(PACKAGE.rglob("*.py")) - {PACKAGE / "__init__.py"})


def place(path):
    """Where a file is, as a tuple of names."""
    return path.relative_to(PACKAGE).with_suffix("").parts


@pytest.mark.parametrize("path", files(), ids=lambda p: ".".join(place(p)))
def test_imports_point_down(path):
    home = place(path)
    for target in imports(path):
        if target == ("door",) or target[0] != home[0]:
            assert floor(target[0]) < floor(home[0]), f"{home}: {target}"


@pytest.mark.parametrize("room", ROOMS)
def test_within_a_room_files_import_without_circles(room):
    homes = {place(path): path for path in files() if place(path)[0] == room}
    graph = {
        home: {
            other
            for target in imports(path)
            for other in (target, target[:-1])
            if other in homes and other != home
        }
        for home, path in homes.items()
    }
    TopologicalSorter(graph).prepare()  # a CycleError names the files


@pytest.mark.parametrize("path", files(), ids=lambda p: ".".join(place(p)))
def test_what_a_room_keeps_for_itself(path):
    home = place(path)
    for target in imports(path):
        users = PRIVATE.get(target[:2])
        allowed = users and any(home[: len(user)] == user for user in users)
        assert allowed or not users, f"{home}: {target}"


def models(room):
    """Files of a room that hold one model each."""
    shared = ("__init__", "_template", "base")
    return [p for p in (PACKAGE / room).glob("*.py") if p.stem not in shared]


@pytest.mark.parametrize("room", ["lobes", "encoders"])
def test_a_model_imports_no_other_model(room):
    names = {path.stem for path in models(room) if holds_a_model(path)}
    assert len(names) > 1
    for path in models(room):
        used = {target[1] for target in imports(path) if target[0] == room}
        assert not used & (names - {path.stem}), path


def holds_a_model(path):
    """Whether a public class of a file is a module of PyTorch."""
    model = r"^class [A-Z]\w+\((FrozenALM|TransformersEncoder|torch.nn.Module)"
    return re.search(model, path.read_text(encoding="utf-8"), re.M)


def test_inside_the_package_one_imports_from_the_file_itself():
    rooms = {(room,) for room in ROOMS}
    for path in files():
        if path.name != "__init__.py":
            for target in set(imports(path)) - rooms:
                assert is_file(target) or is_file(target[:-1]), (path, target)


def is_file(target):
    """Whether a place in the package is a file or a folder of its own."""
    path = PACKAGE.joinpath(*target)
    return (
        path.with_suffix(".py").is_file() or len(target) > 1 and path.is_dir()
    )


def test_recipes_come_in_by_doors():
    for path in (ROOT / "recipes").rglob("*.py"):
        for target in imports(path):
            assert len(target) == 1 or not is_file(target), (path, target)


def test_nobody_imports_a_recipe():
    recipes = {p.stem for p in (ROOT / "recipes").rglob("*.py")}
    for path in files():
        assert not recipes & set(all_imports(path)), path


@pytest.mark.parametrize("room", ["", *ROOMS])
def test_a_door_opens_and_editors_see_the_same_names(room):
    path = PACKAGE / room / "__init__.py"
    name = ".".join(["speechbrain_zsfuse", room]).strip(".")
    module = __import__(name, fromlist=["*"])
    assert module.__doc__ and module.__all__
    for public in module.__all__:
        value = getattr(module, public)
        assert getattr(value, "__doc__", None) or not callable(value), public
    [block] = [
        node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.If)
    ]
    assert block.test.id == "TYPE_CHECKING"
    seen = {
        alias.asname: getattr(
            __import__(node.module, fromlist=["*"]), alias.name
        )
        for node in block.body
        for alias in node.names
    }
    assert seen == {name: getattr(module, name) for name in module.__all__}


def test_all_bars_come_from_one_place():
    home = PACKAGE / "progress.py"
    for path in {*files(), *(ROOT / "recipes").rglob("*.py")} - {home}:
        assert not {"tqdm", "tqdm.auto"} & set(all_imports(path)), path


def test_contributing_quotes_the_floors():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \| (.+) \|$", text, re.M)
    quoted = [set(re.findall(r"`(\w+)`", rooms)) for _, rooms in rows]
    assert [int(number) for number, _ in rows] == list(range(len(rows), 0, -1))
    assert quoted[0] == {"recipes", *FLOORS[0]}
    assert quoted[1:] == FLOORS[1:]


def test_every_room_has_tests():
    for room in ROOMS:
        assert list((ROOT / "tests" / room).glob("test_*.py")), room


@pytest.mark.parametrize("folder", sorted({path.parent for path in files()}))
def test_a_room_is_small(folder):
    sizes = {
        path.name: len(path.read_text(encoding="utf-8").splitlines())
        for path in folder.glob("*.py")
    }
    assert len(sizes) <= 14
    assert max(sizes.values()) <= 310, max(sizes, key=sizes.get)


def loaded_by(imports, libraries):
    """Which libraries a fresh interpreter loads for some imports."""
    code = f"import sys, {imports}; print(set(sys.modules) & {libraries})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_tables_and_prompts_need_no_torch():
    tables = [
        ".".join(["speechbrain_zsfuse", *place(path)])
        for path in (PACKAGE / "evaluation").rglob("[!_]*.py")
    ]
    names = ", ".join([*tables, "speechbrain_zsfuse.zeroshot.prompts"])
    assert loaded_by(names, {"torch"}) == "set()"


def test_opening_all_doors_loads_no_model_library():
    names = ", ".join(
        ["speechbrain_zsfuse", *(f"speechbrain_zsfuse.{r}" for r in ROOMS)]
    )
    assert loaded_by(names, {"torch", "transformers"}) == "set()"


@pytest.mark.parametrize(
    "path",
    [
        "encoder.SSLEncoder",
        "filterbank.FilterbankEncoder",
        "checkpoints.SafeCheckpointer",
        "lobes.CLAP",
        "pooling.MaskedMean",
        "fusion.ZSFuseHead",
        "losses.CrossEntropy",
    ],
)
def test_yamls_of_before_find_their_classes(path):
    from pydoc import locate  # as HyperPyYAML does

    found = locate(f"speechbrain_zsfuse.{path}")
    assert found.__name__ == path.split(".")[1]
