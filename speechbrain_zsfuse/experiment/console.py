"""What a run says on the terminal, and what its ``log.txt`` keeps: everything.

In the place of SpeechBrain's ``create_experiment_directory``, which says on
the terminal what it applied, and what every library says.
"""

import logging
import os
import sys
from functools import cache
from pathlib import Path

from speechbrain.utils.logger import (
    TqdmCompatibleStreamHandler,
    get_environment_description,
)
from speechbrain.utils.quirks import log_applied_quirks

from speechbrain_zsfuse.experiment.endings import ours

# It asks pip, which takes a second.
describe_environment = cache(get_environment_description)
_handlers = []  # of the run that this process is at
_before = []  # level of the root logger, before anything was opened


def open_console():
    """Show what is worth it, from now on; of other processes warnings only.

    Example
    -------
    >>> open_console()
    >>> close_logging()
    """
    close_logging()
    console = TqdmCompatibleStreamHandler(sys.stdout)
    main = os.environ.get("RANK", "0") == "0"
    console.setLevel(logging.INFO if main else logging.WARNING)
    console.addFilter(worth_showing)
    console.setFormatter(logging.Formatter("%(message)s"))
    _before.append(logging.getLogger().level)
    logging.getLogger().setLevel(logging.DEBUG)
    logging.captureWarnings(True)
    _add(console)


def open_log(folder):
    """Begin to log, or go on; on the main process.

    Arguments
    ---------
    folder : str or Path
        Of the run; made if need be. Gets ``log.txt``, if it is not there, and
        ``env.log``: the versions of all packages.

    Example
    -------
    >>> open_console()
    >>> open_log(getfixture("tmpdir"))
    >>> "quirks" in (getfixture("tmpdir") / "log.txt").read()
    True
    >>> close_logging()
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    file = logging.FileHandler(Path(folder) / "log.txt", encoding="utf-8")
    file.setFormatter(
        logging.Formatter(
            "%(asctime)s - %(name)s - %(levelname)s - %(message)s"
        )
    )
    _add(file)
    log_applied_quirks()
    (Path(folder) / "env.log").write_text(
        describe_environment(), encoding="utf-8"
    )


def close_logging():
    """Take back what was opened; others' handlers stay.

    Example
    -------
    >>> close_logging()  # what was opened before
    >>> level = logging.getLogger().level
    >>> open_console()
    >>> close_logging()
    >>> logging.getLogger().level == level
    True
    """
    while _handlers:
        handler = _handlers.pop()
        logging.getLogger().removeHandler(handler)
        handler.close()
    while _before:
        logging.captureWarnings(False)
        logging.getLogger().setLevel(_before.pop())


def _add(handler):
    _handlers.append(handler)
    logging.getLogger().addHandler(handler)


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
