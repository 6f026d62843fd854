"""The recipe that a YAML belongs to: its folder, and its preparation.

What a recipe is called and holds is said in CONTRIBUTING.md; nothing here
knows one by name.
"""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.experiment.configuration.arguments import find_yaml

_ENDING = "_prepare"


class Recipe(NamedTuple):
    """A folder with ``<corpus>_prepare.py`` and, in ``hparams/``, YAMLs.

    Attributes
    ----------
    folder : Path
    prepare : callable
        ``prepare_<corpus>(data_folder, manifest_folder, **options)``.

    Example
    -------
    >>> Recipe(Path("recipes/RAVDESS"), print).script.name
    'train.py'
    """

    folder: Path
    prepare: Callable

    @property
    def script(self):
        """The recipe's ``train.py``, whose command line it is."""
        return self.folder / "train.py"


def find_recipe(yaml, folder=None):
    """The recipe of a YAML.

    Arguments
    ---------
    yaml : str
        As on the command line, perhaps with more on top (``a.yaml+clap``).
    folder : str or Path, optional
        Of the recipe; default: the one above the YAML's ``hparams/``.

    Returns
    -------
    Recipe
        Its ``<corpus>_prepare.py`` is imported.

    Raises
    ------
    FileNotFoundError
        If there is no such YAML, or no preparation.
    ValueError
        If the YAML is in no ``hparams/``, or there is more than one
        preparation, or one that is not called as it should be.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "hparams").mkdir()
    >>> _ = (folder / "hparams" / "a.yaml").write_text("seed: 1")
    >>> code = "def prepare_smallest(data_folder, manifest_folder):\\n    ..."
    >>> _ = (folder / "smallest_prepare.py").write_text(code)
    >>> find_recipe(f"{folder}/hparams/a.yaml").prepare.__name__
    'prepare_smallest'
    """
    if folder is None:
        path = find_yaml(yaml, Path.cwd())[0].resolve()
        if path.parent.name != "hparams":
            raise ValueError(
                f"Expected a YAML of a recipe, in its hparams/, but got {path}."
                " If it stands on those of a recipe, name that: --recipe "
                "recipes/RAVDESS, for instance."
            )
        folder = path.parents[1]
    folder = Path(folder).resolve()
    return Recipe(folder, _load_preparation(folder))


def _load_preparation(folder):
    """``prepare_<corpus>`` of the one ``<corpus>_prepare.py``."""
    found = sorted(folder.glob(f"*{_ENDING}.py"))
    if not found:
        raise FileNotFoundError(
            f"Expected <corpus>{_ENDING}.py, the preparation of a corpus, in "
            f"{folder}, but there is none. Give the folder of a recipe: "
            "--recipe recipes/RAVDESS, for instance."
        )
    if len(found) > 1:
        raise ValueError(
            f"Expected one preparation in {folder}, but got "
            f"{list_names(path.name for path in found)}. Keep one corpus a "
            "folder."
        )
    [path] = found
    name = f"prepare_{path.stem.removesuffix(_ENDING)}"
    if str(folder) not in sys.path:  # it imports files beside it by name
        sys.path.insert(0, str(folder))
    module = importlib.import_module(path.stem)
    if Path(module.__file__).resolve() != path:
        raise ValueError(
            f"Expected the preparation of {path}, but Python finds "
            f"{module.__file__} under this name. Rename one."
        )
    prepare = getattr(module, name, None)
    if not callable(prepare):
        raise ValueError(
            f"Expected {path} to have the function {name}, but it has none. "
            "Call the preparation so."
        )
    return prepare
