"""The code that a run is made of, beside this package: its recipe's, and that
of the classes a YAML takes from elsewhere.

It is kept in the run's folder, and compared before a run goes on: with other
code it would be another run. Comments and docstrings do not count. Files are
found by reading imports; nothing is run but what a package does when it is
imported, of a class that the YAML would load anyway.
"""

import ast
import re
import shutil
import sysconfig
from importlib.util import find_spec
from pathlib import Path

from speechbrain_zsfuse.experiment.configuration.settings import flatten

KEPT = "code"
_TAG = re.compile(r"!(?:new|name|apply|module):([\w.]+)")
_STDLIB = Path(sysconfig.get_path("stdlib")).resolve()
_INSTALLED = {"site-packages", "dist-packages"}
# Known by name, too: they may be installed to be worked on.
_LIBRARIES = {
    *("speechbrain_zsfuse", "speechbrain", "hyperpyyaml", "transformers"),
    *("torch", "torchaudio", "peft", "laion_clap"),
}


def find_code(recipe, tree):
    """Every file of code that belongs to a run.

    Arguments
    ---------
    recipe : str or Path
        Its ``train.py``.
    tree : dict
        Of its YAML, see ``read_yaml``.

    Returns
    -------
    dict
        File name to Path: the recipe, the modules of YAML tags that are not
        installed, and what these import from their own folders.

    Raises
    ------
    ValueError
        If two files of different folders have one name.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "train.py").write_text("import json, tiny_prepare")
    >>> _ = (folder / "tiny_prepare.py").write_text("import os")
    >>> sorted(find_code(folder / "train.py", {}))
    ['tiny_prepare.py', 'train.py']
    """
    found, todo = {}, [Path(recipe).resolve(), *_modules(tree)]
    seen = set(todo)
    while todo:
        path = todo.pop()
        name = path.relative_to(_root(path)).as_posix()
        if found.setdefault(name, path) != path:
            raise ValueError(
                f"Expected modules of different names, but {path} and "
                f"{found[name]} are both part of this run. Rename one."
            )
        new = set(_imported(path)) - seen
        seen |= new
        todo += sorted(new)
    return dict(sorted(found.items()))


def keep_code(folder, files):
    """Copy code into a run's folder.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run.
    files : dict
        See ``find_code``.

    Example
    -------
    >>> keep_code(getfixture("tmpdir"), {"settings.py": Path(__file__)})
    >>> (Path(getfixture("tmpdir")) / "code" / "settings.py").exists()
    True
    """
    kept = Path(folder) / KEPT
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for name, path in files.items():
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, kept / name)


def changed_code(folder, files):
    """Names of files that say something else than those kept in a run.

    Arguments
    ---------
    folder, files
        See ``keep_code``.

    Returns
    -------
    list of str
        Empty also if the run has kept no code.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> path = folder / "a.py"
    >>> _ = path.write_text("x = 1")
    >>> keep_code(folder, {"a.py": path})
    >>> _ = path.write_text("x = 1  # one")
    >>> changed_code(folder, {"a.py": path})
    []
    >>> _ = path.write_text("x = 2")
    >>> changed_code(folder, {"a.py": path})
    ['a.py']
    """
    kept = Path(folder) / KEPT
    return [
        name
        for name, path in files.items()
        if kept.is_dir() and _meaning(kept / name) != _meaning(path)
    ]


def _modules(tree):
    """Files of the modules that tags name, unless they are installed."""
    for value in flatten(tree).values():
        for name in _TAG.findall(str(value)):
            parts = name.split(".")
            path = None if parts[0] in _LIBRARIES else _module_file(parts)
            if path and not _is_installed(path):
                yield path


def _is_installed(path):
    return path.is_relative_to(_STDLIB) or bool(_INSTALLED & {*path.parts})


def _module_file(parts):
    """File of the longest beginning of a dotted name that is a module."""
    for end in range(len(parts), 0, -1):
        try:
            spec = find_spec(".".join(parts[:end]))
        except Exception:  # it is for the YAML to say what is wrong with it
            continue
        if spec and spec.origin and spec.origin.endswith(".py"):
            return Path(spec.origin).resolve()
    return None


def _root(path):
    """The folder that must be on the path to import a file."""
    folder = path.parent
    while (folder / "__init__.py").is_file():
        folder = folder.parent
    return folder


def _imported(path):
    """Files that a file imports from beside it, or from its own package."""
    root, home = _root(path), path.parent
    yield from (
        folder / "__init__.py"
        for folder in path.parents
        if folder.is_relative_to(root) and folder != root
    )
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        if isinstance(node, ast.Import):
            names = [(root, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = [root, home, *home.parents][node.level]
            module = node.module or ""
            names = [(start, module)]
            names += [(start, f"{module}.{a.name}") for a in node.names]
        else:
            continue
        for start, name in names:
            stem = start.joinpath(*name.strip(".").split("."))
            files = stem.with_suffix(".py"), stem / "__init__.py"
            yield from (file for file in files if file.is_file())


def _meaning(path):
    """The code of a file without its comments and docstrings."""
    if not path.is_file():
        return None
    tree = ast.parse(path.read_bytes(), str(path))
    for node in ast.walk(tree):
        if hasattr(node, "body") and isinstance(node.body, list):
            node.body = [part for part in node.body if not _is_text(part)]
    return ast.dump(tree)


def _is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
