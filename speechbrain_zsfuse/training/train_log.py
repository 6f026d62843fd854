"""``train_log.txt``: a line an epoch, as SpeechBrain's logger writes it."""

import re
from pathlib import Path

from speechbrain_zsfuse.evaluation.fallback import (
    BY_CORPUS,
    WITHOUT_SCORES as WITHOUT,
)
from speechbrain_zsfuse.files import read_lines, write_text


def forget_later_epochs(log, last):
    """Cut a training log after an epoch; what follows is written again.

    Arguments
    ---------
    log : str or Path
        Bytes that are no UTF-8 become question marks.
    last : int
        The last epoch to keep.

    Example
    -------
    >>> log = getfixture("tmpdir") / "train_log.txt"
    >>> log.write("epoch: 1 - loss\\nepoch: 2 - loss\\n")
    >>> forget_later_epochs(log, last=1)
    >>> log.read()
    'epoch: 1 - loss\\n'
    """
    path = Path(log)
    if not path.exists():
        return
    lines = read_lines(path)
    epochs = [re.match(r"epoch: (\d+) ", line) for line in lines]
    kept = [
        f"{line}\n"
        for line, epoch in zip(lines, epochs)
        if epoch and int(epoch[1]) <= last
    ]
    write_text(path, "".join(kept))


def in_percent(stats):
    """Loss and shares as they are logged, the latter in percent.

    Example
    -------
    >>> in_percent({"loss": 1.5, "UAR": 0.25})
    {'loss': 1.5, 'UAR %': 25.0}
    >>> in_percent({"loss": 1.5, "without_scores": {"UAR": 0.5, "loss": 1.0}})
    {'loss': 1.5, 'UAR without scores %': 50.0}
    >>> in_percent({"loss": 1.5, "UAR_by_corpus": {"emodb": 0.5}})
    {'loss': 1.5, 'UAR of emodb %': 50.0}
    """
    others = ("loss", WITHOUT, BY_CORPUS)
    shares = {k: v for k, v in stats.items() if k not in others}
    for corpus, uar in stats.get(BY_CORPUS, {}).items():
        shares[f"UAR of {corpus}"] = uar
    if WITHOUT in stats:
        shares["UAR without scores"] = stats[WITHOUT]["UAR"]
    percent = {f"{k} %": 100 * v for k, v in shares.items()}
    return {"loss": stats["loss"], **percent}
