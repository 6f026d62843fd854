"""A model's folder is whole or not there: written aside, then renamed."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path


def is_model(folder):
    """Whether a folder holds a model, which is then a whole one.

    Example
    -------
    >>> is_model(getfixture("tmpdir"))
    False
    """
    return (Path(folder) / "config.json").exists()


@contextmanager
def whole_folder(folder):
    """A folder to write in, renamed to its own name if all went well.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir") / "model")
    >>> with whole_folder(folder) as aside:
    ...     _ = (aside / "config.json").write_text("{}")
    ...     folder.exists()
    False
    >>> is_model(folder)
    True
    """
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(
            f"Expected a new or empty folder for a model, but {folder} holds "
            "other files. Give another folder."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        aside = Path(temporary) / folder.name
        aside.mkdir()
        yield aside
        os.replace(aside, folder)
