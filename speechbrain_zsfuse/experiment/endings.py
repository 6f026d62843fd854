"""How a program ends that does not end well.

A mistake of its user, or of the machine, is told in a few lines; the traceback
is in the run's ``log.txt``, and ``--debug`` shows it. A mistake of the program
keeps its traceback. No library is loaded here.
"""

import atexit
import json
import logging
import os
import re
import sys
import sysconfig
import threading
import time
import traceback
from contextlib import contextmanager, suppress
from pathlib import Path

from speechbrain_zsfuse.errors import (
    AGAIN,
    StoppedElsewhere,
    explain_system,
)

_LIBRARIES = tuple(
    Path(sysconfig.get_path(name)).resolve()
    for name in ("stdlib", "purelib", "platlib")
)
_LATE = 10  # seconds that torchrun has to end a process
_PACKAGE = Path(__file__).resolve().parents[1]
# A slip of the program, even where it raises them itself.
_SLIPS = (
    *(AssertionError, AttributeError, IndexError, KeyError, NameError),
    NotImplementedError,
)
# What PyTorch makes of an error in a process that loads data.
_WORKER = re.compile(
    r'Original Traceback.*\n  File "(?P<file>[^\n]+)", line \d+, in [^\n]+\n'
    r"    (?P<code>[^\n]+)\n(?:    [^\n]*\n)*[\w.]+: (?P<text>.*)",
    re.DOTALL,
)
_at_once = threading.Event()


def end_at_once():
    """Let ``explain_errors`` end the program in the place of the interpreter.

    That is for a process of a group: PyTorch's threads may still hold tensors
    of the last exchange, and a process aborts if they let go of them while its
    interpreter is taken down (pytorch/pytorch, pull request 179291).

    Example
    -------
    >>> _at_once.is_set()  # this is no process of a group
    False
    """
    _at_once.set()


@contextmanager
def explain_errors(program=None):
    """End the program with words, where words are enough.

    Arguments
    ---------
    program : str, optional
        Name that stands before what is said; default: that of the script.

    Raises
    ------
    SystemExit
        With status 2 after an error that its user can mend: one raised in
        words by this package or a recipe, or one of the system (no such file,
        no permission, disk full). With 130 after Ctrl-C.
    Exception
        Any other, as it was.

    Example
    -------
    >>> with explain_errors("train.py"):
    ...     raise ValueError("Expected a seed, but got none. Give one.")
    Traceback (most recent call last):
    SystemExit: 2
    """
    try:
        with _words(program or Path(sys.argv[0]).name):
            yield
    except BaseException as error:
        if not _at_once.is_set():
            raise
        ended = isinstance(error, SystemExit)
        if not ended:
            traceback.print_exc()
        _leave(error.code if ended else 1)
    if _at_once.is_set():
        _leave(0)


@contextmanager
def _words(program):
    try:
        yield
    except KeyboardInterrupt:
        if os.environ.get("RANK", "0") == "0":
            print(f"\n{program}: Interrupted. {AGAIN}", file=sys.stderr)
        raise SystemExit(130) from None
    except Exception as error:
        text = explain(error)
        _keep_traceback()
        if text is None:
            raise
        if "--debug" in sys.argv:
            traceback.print_exc()
        late = _stopped_elsewhere(error) or _all_find_the_same()
        _tell(f"{program}: {text}", late)
        raise SystemExit(2) from error


def _leave(status):
    """What the interpreter does at its end, but for taking itself down."""
    if isinstance(status, str):
        print(status, file=sys.stderr)
        status = 1
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(status or 0)


def explain(error):
    """What to tell the user of an error; None if it is the program's own.

    Arguments
    ---------
    error : Exception
        With its traceback.

    Returns
    -------
    str or None

    Example
    -------
    >>> explain(KeyError("a slip"))
    >>> explain(FileNotFoundError(2, "No such file or directory", "a.yaml"))
    'Expected a.yaml, but there is no such file or folder. Restore it, or \
correct its name where it is given.'
    """
    if worker := _WORKER.search(str(error)):
        deliberate = worker["code"].startswith("raise")
        in_words = deliberate and ours(worker["file"])
        return worker["text"].strip() if in_words else None
    if _stopped_elsewhere(error):
        return (
            "Another process of this run has stopped. It has said why, or was "
            f"killed (is there enough memory?). {AGAIN}"
        )
    file, code = _origin(error)
    in_words = code.startswith("raise") and ours(file)
    if isinstance(error, _SLIPS) or not in_words or _errno(error):
        return explain_system(error, _run_folder())
    return str(error)


def ours(file):
    """Whether a source file is of this package, a recipe, or the user.

    Example
    -------
    >>> ours(__file__), ours(logging.__file__)
    (True, False)
    """
    path = Path(file).resolve()
    return path.is_relative_to(_PACKAGE) or not any(
        path.is_relative_to(folder) for folder in _LIBRARIES
    )


def _errno(error):
    """Number of an error of the system; None if it is not its wording."""
    return getattr(error, "errno", None)


def _origin(error):
    """File and line of code where an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return (frames[-1].filename, frames[-1].line) if frames else ("", "")


def _stopped_elsewhere(error):
    """Whether only another process knows what happened."""
    lost = "torch/distributed/distributed_c10d" in _origin(error)[0]
    return isinstance(error, StoppedElsewhere) or lost


def _all_find_the_same():
    """Before processes are a group, each reads the command line by itself."""
    torch = sys.modules.get("torch")
    if os.environ.get("RANK", "0") == "0" or torch is None:
        return False
    return not torch.distributed.is_initialized()


def _log_files():
    """Handlers of ``log.txt``, if the run has begun one."""
    handlers = logging.getLogger().handlers
    return [h for h in handlers if isinstance(h, logging.FileHandler)]


def _run_folder():
    """Where the run writes; the current folder before it has a place."""
    for handler in _log_files():
        return Path(handler.baseFilename).parent
    return Path.cwd()


def _keep_traceback():
    record = logging.LogRecord(
        __name__, logging.ERROR, __file__, 0, "Stopped:", (), sys.exc_info()
    )
    for handler in _log_files():
        handler.handleError = lambda record: None  # the disk may be full
        handler.handle(record)


def _tell(text, late=False):
    """Say it once: under torchrun at the end of what that says.

    torchrun takes what came first for the cause, and ends the others; so those
    that have nothing new to say are ``late``.
    """
    if late:
        time.sleep(_LATE)
    file = os.environ.get("TORCHELASTIC_ERROR_FILE")
    if not file:
        print(text, file=sys.stderr)
        return
    when = {"timestamp": int(time.time())}
    report = {"message": {"message": text, "extraInfo": when}}
    Path(file).write_text(json.dumps(report), encoding="utf-8")
