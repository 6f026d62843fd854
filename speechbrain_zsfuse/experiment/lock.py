"""One run in one folder at a time.

The lock is the operating system's: it ends with its process, however that
ends. Beside it stands who holds it, for whoever comes second.
"""

import logging
import os
import socket
import time
from pathlib import Path

from filelock import FileLock, Timeout

from speechbrain_zsfuse.files import read_json, write_json

logger = logging.getLogger(__name__)
logging.getLogger("filelock").setLevel(logging.WARNING)

_LOCK, _HOLDER = ".lock", ".lock.json"
_held = {}  # folder to lock, until it is given back or the process ends


def lock_run(folder):
    """Keep every other process out of a run's folder.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run; made if need be.

    Raises
    ------
    RuntimeError
        If another process holds the lock; it is named. The process that has
        it may take it again.

    Example
    -------
    >>> lock_run(getfixture("tmpdir"))
    >>> unlock_run(getfixture("tmpdir"))
    """
    folder = Path(folder).resolve()
    if folder in _held:
        return
    folder.mkdir(parents=True, exist_ok=True)
    lock, holder = FileLock(folder / _LOCK), _read_holder(folder)
    try:
        # What a killed run had started to load data ends seconds after it.
        lock.acquire(timeout=60 if _is_gone(holder) else 0)
    except Timeout as error:
        raise RuntimeError(
            f"Expected {folder} for this run alone, but process "
            f"{holder.get('process', '?')} on {holder.get('host', '?')} has "
            f"been at work in it since {holder.get('since', 'now')}. Wait for "
            "it, or give another --experiment or --seed."
        ) from error
    except NotImplementedError:  # some network file systems have no locks
        logger.warning("%s cannot be locked: start one run in it.", folder)
    who = {"process": os.getpid(), "host": socket.gethostname()}
    write_json(folder / _HOLDER, who | {"since": time.strftime("%F %T")})
    _held[folder] = lock


def await_run(folder):
    """Wait for another process that is at work in a run's folder, if one is:
    it may be left over from a program that was killed.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run.

    Returns
    -------
    bool
        Whether one was.

    Example
    -------
    >>> await_run(getfixture("tmpdir"))
    False
    """
    if not is_locked(folder):
        return False
    folder = Path(folder).resolve()
    logger.warning(
        "Waiting for process %s, which is at work in %s.",
        _read_holder(folder).get("process", "?"),
        folder,
    )
    with FileLock(folder / _LOCK).acquire():
        return True


def is_locked(folder):
    """Whether another process is at work in a run's folder.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run.

    Returns
    -------
    bool

    Example
    -------
    >>> is_locked(getfixture("tmpdir"))
    False
    """
    path = Path(folder).resolve() / _LOCK
    if not path.exists():
        return False
    try:
        with FileLock(path).acquire(timeout=0):
            return False
    except Timeout:
        return True
    except NotImplementedError:  # see `lock_run`, which says so
        return False


def unlock_run(folder):
    """Give a folder back.

    Arguments
    ---------
    folder : str or Path
        See ``lock_run``; nothing happens if it is not held.

    Example
    -------
    >>> unlock_run(getfixture("tmpdir"))
    """
    folder = Path(folder).resolve()
    if lock := _held.pop(folder, None):
        (folder / _HOLDER).unlink(missing_ok=True)
        lock.release()


def _read_holder(folder):
    try:
        return read_json(folder / _HOLDER, "")
    except (OSError, ValueError):  # nobody, or somebody just beginning
        return {}


def _is_gone(holder):
    """Whether it was a process of this machine that is no more."""
    process, here = holder.get("process"), socket.gethostname()
    known = type(process) is int and process > 0
    if os.name != "posix" or holder.get("host") != here or not known:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):  # somebody else's, or nobody's
        return False
    return False
