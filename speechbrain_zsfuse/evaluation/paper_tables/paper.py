"""The numbers of the paper: looked up in ``paper.yaml``, beside which ours
stand. Nothing is computed here.
"""

from functools import cache
from pathlib import Path

import yaml

from speechbrain_zsfuse.evaluation.amplification.cells import DEFAULT, Cell

RANDOM = "random"
_FILE = Path(__file__).with_name("paper.yaml")


@cache
def read_paper() -> dict:
    """All of ``paper.yaml``.

    Returns
    -------
    dict
        ``classes``, ``table_1``, ``table_2`` and ``zero_shot``.

    Example
    -------
    >>> read_paper()["classes"]["RAVDESS"]
    4
    """
    return yaml.safe_load(_FILE.read_text(encoding="utf-8"))


def name_setting(encoder: str | None, alm: str | None) -> str:
    """A row of Table I, as the paper names it.

    Example
    -------
    >>> name_setting("WavLM-Large", None)
    'WavLM-Large + none'
    """
    return f"{encoder} + {alm or 'none'}"


def is_in_paper(corpus: str | None, classes: int) -> bool:
    """Whether the paper has numbers of so many classes of a corpus.

    Example
    -------
    >>> is_in_paper("RAVDESS", 4), is_in_paper("RAVDESS", 8)
    (True, False)
    """
    return read_paper()["classes"].get(corpus) == classes


def paper_uar(
    row: str, corpus: str | None, classes: int, repeats: Cell | None = None
) -> tuple[float, float] | None:
    """What Table I says.

    Arguments
    ---------
    row : str
        See ``name_setting``; or ``random``.
    corpus : str or None
    classes : int
        How many are told apart.
    repeats : Cell, optional
        Table I is about one of each; None without an audio-language model.

    Returns
    -------
    tuple of float or None
        Mean and standard deviation of the UAR, in [0, 1]; None where the paper
        says nothing: of other models, corpora, classes or repeats.

    Example
    -------
    >>> paper_uar("WavLM-Base+ + CLAP", "RAVDESS", 4, Cell(1, 1))
    (0.6719, 0.0442)
    >>> paper_uar("WavLM-Base+ + CLAP", "RAVDESS", 8) is None
    True
    """
    table = read_paper()["table_1"]
    known = row in table["rows"] and corpus in table["corpora"]
    if not known or not is_in_paper(corpus, classes):
        return None
    if repeats not in (None, DEFAULT):
        return None
    place = 2 * table["corpora"].index(corpus)
    return tuple(table["rows"][row][place : place + 2])


def paper_repeats(row: str, corpus: str | None, classes: int) -> dict | None:
    """What Table II says: a case, see ``paper.yaml``; None if nothing.

    Example
    -------
    >>> paper_repeats("WavLM-Large + CLSP", "IEMOCAP", 4)["range"]
    0.0148
    """
    for case in read_paper()["table_2"]:
        if (case["system"], case["corpus"]) == (row, corpus):
            return case if is_in_paper(corpus, classes) else None
    return None


def paper_zero_shot(
    alm: str, corpus: str | None, classes: int, repeats: Cell | None
) -> float | None:
    """UAR of scores alone, of the two that the paper's text names.

    Example
    -------
    >>> paper_zero_shot("CLSP", "RAVDESS", 4, Cell(1, 4))
    0.742
    """
    for said in read_paper()["zero_shot"]:
        found = said["alm"], said["corpus"], said["cell"]
        if found == (alm, corpus, str(repeats)):
            return said["UAR"] if is_in_paper(corpus, classes) else None
    return None


def place_in_paper(encoder: str | None, alm: str | None) -> tuple:
    """For sorting as Table I does; what it does not name comes after, by name.

    Example
    -------
    >>> names = ["CLSP", "ReCLAP", None, "another"]
    >>> sorted(names, key=lambda alm: place_in_paper("WavLM-Large", alm))
    [None, 'ReCLAP', 'CLSP', 'another']
    """
    known = [row.split(" + ") for row in read_paper()["table_1"]["rows"]][1:]
    encoders, alms = (list(dict.fromkeys(names)) for names in zip(*known))
    return _place(encoders, encoder), _place(alms, alm or "none")


def _place(names, name):
    return (names.index(name) if name in names else len(names)), name or ""
