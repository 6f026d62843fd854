"""What a run says on the terminal, and what its ``log.txt`` keeps: everything.

In the place of SpeechBrain's ``create_experiment_directory``, which says on
the terminal what it applied, and what every library says.
"""

import logging
import sys
from pathlib import Path

from speechbrain.utils.logger import (
    TqdmCompatibleStreamHandler,
    get_environment_description,
)
from speechbrain.utils.quirks import log_applied_quirks

from speechbrain_zsfuse.experiment.endings import ours


def open_log(folder):
    """Begin to log; on the main process.

    Arguments
    ---------
    folder : str or Path
        Of the run; made if need be. Gets ``log.txt``, if it is not there, and
        ``env.log``: the versions of all packages.

    Example
    -------
    >>> from logging import getLogger
    >>> handlers, level = getLogger().handlers[:], getLogger().level
    >>> open_log(getfixture("tmpdir"))
    >>> "quirks" in (getfixture("tmpdir") / "log.txt").read()
    True
    >>> logging.basicConfig(handlers=handlers, level=level, force=True)
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    console = TqdmCompatibleStreamHandler(sys.stdout)
    console.setLevel(logging.INFO)
    console.addFilter(worth_showing)
    console.setFormatter(logging.Formatter("%(message)s"))
    file = logging.FileHandler(Path(folder) / "log.txt", encoding="utf-8")
    file.setFormatter(
        logging.Formatter(
            "%(asctime)s - %(name)s - %(levelname)s - %(message)s"
        )
    )
    logging.basicConfig(
        handlers=[console, file], level=logging.DEBUG, force=True
    )
    logging.captureWarnings(True)
    log_applied_quirks()
    description = get_environment_description()
    (Path(folder) / "env.log").write_text(description, encoding="utf-8")


def worth_showing(record):
    """What this package and the recipe say, and errors of libraries.

    Example
    -------
    >>> record = logging.LogRecord("x", logging.INFO, __file__, 1, "", (), None)
    >>> worth_showing(record)
    True
    >>> record.pathname = logging.__file__
    >>> worth_showing(record)
    False
    """
    return record.levelno >= logging.ERROR or ours(record.pathname)
