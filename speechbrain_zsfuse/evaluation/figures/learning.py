"""Epochs of a run, from its ``train_log.txt``."""

import re
from pathlib import Path

import pandas

from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.files import read_lines

TRAIN_LOG = "train_log.txt"
_VALUES = {
    "epoch": "epoch",
    "train loss": "train_loss",
    "valid loss": "valid_loss",
    "valid UAR %": "valid_UAR",
}
_PAIR = re.compile(r"(?:^| - |, )([^:,]+): ([^\s,]+)")
_ELSE = "or the file: figures are drawn without learning curves then."


def read_epochs(folder: str | Path) -> pandas.DataFrame | None:
    """Read what a run has logged of its training.

    Arguments
    ---------
    folder : str or Path
        Of the run.

    Returns
    -------
    pandas.DataFrame or None
        A row an epoch: ``epoch`` (int from 1), ``train_loss``, ``valid_loss``
        and ``valid_UAR`` in [0, 1]. None if there is no log, or no epoch in it.

    Raises
    ------
    ValueError
        If the line of an epoch lacks one of them, or it is no number; or if
        an epoch comes twice.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> line = "epoch: 1 - train loss: 1.5 - valid loss: 1.4, valid UAR %: 25.0"
    >>> _ = (folder / TRAIN_LOG).write_text(f"{line}\\n")
    >>> read_epochs(folder)
       epoch  train_loss  valid_loss  valid_UAR
    0      1         1.5         1.4       0.25
    """
    path = Path(folder) / TRAIN_LOG
    if not path.is_file():
        return None
    rows = [
        _read_line(line, path, number)
        for number, line in enumerate(read_lines(path), 1)
        if line.startswith("epoch: ")
    ]
    if not rows:
        return None
    table = pandas.DataFrame(rows)
    if table["epoch"].duplicated().any():
        twice = table["epoch"][table["epoch"].duplicated()].iloc[0]
        raise ValueError(
            f"Expected each epoch once in {path}, but epoch {twice:g} comes "
            f"twice. Delete one of the lines, {_ELSE}"
        )
    return table.assign(
        epoch=table["epoch"].astype(int), valid_UAR=table["valid_UAR"] / 100
    )


def _read_line(line, path, number):
    found = dict(_PAIR.findall(line))
    try:
        return {name: float(found[key]) for key, name in _VALUES.items()}
    except (KeyError, ValueError) as error:
        raise ValueError(
            f"Expected {', '.join(_VALUES)} with numbers, but line {number} of "
            f"{path} is {show(line)}. Delete the line, {_ELSE}"
        ) from error
