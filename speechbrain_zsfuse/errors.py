"""The wording of errors: what was expected, what came, what to do."""

import errno
import re
import shutil
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

AGAIN = "Run the same command again: a run goes on from its last checkpoint."
# The system, SQLite, PyTorch's writer of checkpoints, safetensors.
_FULL = re.compile(
    "No space left|quota exceeded|or disk is full|unexpected pos|"
    "failed writing file",
    re.IGNORECASE,
)
_MANY_NAMES = re.compile(r"[\w./-]+(, [\w./-]+){10,}")


PERMIT = "Ask its owner, or change it (chmod -R u+rX)."


class StoppedElsewhere(RuntimeError):
    """Another process of the run failed, and has said why.

    Example
    -------
    >>> print(StoppedElsewhere("Process 1 stopped with ValueError: …"))
    Process 1 stopped with ValueError: …
    """


def show(value, size: int = 100) -> str:
    """How a value is quoted in an error: not at any length.

    Example
    -------
    >>> show("a" * 100, size=4)
    "'aaa…"
    """
    text = repr(value)
    return text if len(text) <= size else f"{text[:size]}…"


def unreadable(path, error):
    """The error for a file or folder that cannot be read, in words.

    Arguments
    ---------
    path : str or Path
    error : OSError
        What the system said.

    Returns
    -------
    OSError
        Of the same type.

    Example
    -------
    >>> print(unreadable("corpus", PermissionError()))
    Expected to read corpus, but there is no permission. Ask its owner, or \
change it (chmod -R u+rX).
    >>> print(unreadable("a.txt", IsADirectoryError(21, "Is a directory")))
    Expected to read a.txt, but: Is a directory. Restore it.
    """
    told = f": {error.strerror or error}. Restore it."
    if isinstance(error, PermissionError):
        told = f" there is no permission. {PERMIT}"
    return type(error)(f"Expected to read {path}, but{told}")


def list_names(names, limit=5):
    """Names in one line, saying how many are left out after ``limit``.

    Example
    -------
    >>> list_names(["a", "b", "c"], limit=2)
    'a, b and 1 more'
    """
    names = list(map(str, names))
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def nearest(word, words, show=str):
    """ "Did you mean …? ", if a word is like one of others, or a part of it;
    else nothing.

    Example
    -------
    >>> nearest("Lyers", ["layers", "source"])
    'Did you mean layers? '
    >>> nearest("epochs", ["lr", "number_of_epochs"])
    'Did you mean number_of_epochs? '
    """
    known = {other.lower(): other for other in words}
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.6) or [
        other for other in known if {*word.split("_")} <= {*other.split("_")}
    ]
    return f"Did you mean {show(known[near[0]])}? " if near else ""


def offer(word, words, show=str):
    """What there is in place of a word: the nearest and some, or else all.

    Example
    -------
    >>> offer("sead", ["seed", *"abcdefg"])
    'Did you mean seed? There is: seed, a, b, c, d and 3 more'
    >>> offer("x", ["seed", *"abcdefg"])
    'There is: seed, a, b, c, d, e, f, g'
    """
    hint = nearest(word, words, show)
    names = list_names(words) if hint else ", ".join(words)
    return f"{hint}There is: {names or 'nothing'}"


def shorten(lines, limit=10):
    """Join lines, saying how many are left out after ``limit``.

    A line that ends with many bare names, behind a colon, has the first few.

    Example
    -------
    >>> print(shorten(["a", "b", "c"], limit=2))
    a
    b
      … and 1 more
    >>> shorten(["missing: " + ", ".join("abcdefghijk")])
    'missing: a, b, c, d, e and 6 more'
    """
    more = [f"  … and {len(lines) - limit} more"] if len(lines) > limit else []
    return "\n".join([*map(_shorten_line, lines[:limit]), *more])


def _shorten_line(line):
    start, colon, names = line.rpartition(": ")
    bare = _MANY_NAMES.fullmatch(names)  # no value, which is shown whole
    return f"{start}{colon}{list_names(names.split(', '))}" if bare else line


@contextmanager
def explain_imports(extra=None):
    """Turn a failed import into advice.

    Arguments
    ---------
    extra : str, optional
        Extra of this package that installs what is missing.

    Raises
    ------
    ImportError
        If a package is missing, or if a torchvision made for another torch
        hides the models of transformers.

    Example
    -------
    >>> with explain_imports(extra="laion"):
    ...     import no_such_library
    Traceback (most recent call last):
    ImportError: Expected the package 'no_such_library', but it is not \
    installed. Run `pip install "speechbrain-zsfuse[laion]"`.
    """
    try:
        yield
    except (ImportError, RuntimeError) as error:
        if "torchvision" in " ".join(_chain(error)):
            raise ImportError(
                "Expected a torchvision that fits the installed torch, but "
                "importing it fails, and models of transformers with it. "
                "Nothing here needs it: run `pip uninstall torchvision`, or "
                "install the one made for this torch."
            ) from error
        if not isinstance(error, ModuleNotFoundError) or not error.name:
            raise
        package = error.name.split(".")[0]
        wanted = f'"speechbrain-zsfuse[{extra}]"' if extra else package
        raise ImportError(
            f"Expected the package {package!r}, but it is not installed. Run "
            f"`pip install {wanted}`."
        ) from error


def _chain(error):
    """What an error says, and every error that caused it."""
    while error is not None:
        yield str(error)
        error = error.__cause__ or error.__context__


@contextmanager
def explain_disk(folder, needed=None, again=AGAIN):
    """Turn what libraries say of a full disk into words.

    Arguments
    ---------
    folder : str or Path
        What is written to.
    needed : callable, optional
        Gives about how many bytes are written; asked if there is no room.
    again : str
        What to do then.

    Raises
    ------
    OSError
        If the disk is full; the number of bytes left on it is said.

    Example
    -------
    >>> with explain_disk("results", needed=lambda: 2e6):  # doctest: +ELLIPSIS
    ...     raise RuntimeError("unexpected pos 440832 vs 440724")
    Traceback (most recent call last):
    OSError: Expected room for about 2 MB in results, but its disk is full \
(... MB left). Make room. Run the same command again: a run goes on from its \
last checkpoint.
    """
    try:
        yield
    except Exception as error:
        if not _FULL.search(str(error)):
            raise
        told = _full_disk(folder, needed and needed(), again)
        raise OSError(told) from error


def _full_disk(folder, needed=None, again=AGAIN):
    folder = Path(folder)
    there = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    left = shutil.disk_usage(there).free / 1e6
    room = f"room for about {needed / 1e6:.0f} MB" if needed else "room"
    return (
        f"Expected {room} in {folder}, but its disk is full ({left:.0f} MB "
        f"left). Make room. {again}"
    )


def explain_system(error, folder="."):
    """What to tell the user of an error of the system, or None.

    Arguments
    ---------
    error : Exception
    folder : str or Path
        What is written to, for an error that does not say.

    Returns
    -------
    str or None
        None if the error does not come from the system.

    Example
    -------
    >>> error = PermissionError(errno.EACCES, "Permission denied", "a/b")
    >>> print(explain_system(error))
    Expected permission to use a/b, but there is none (Permission denied). \
Change that, or give another folder.
    """
    if _FULL.search(str(error)):
        named = getattr(error, "filename", None)
        return _full_disk(Path(named).parent if named else folder)
    if not isinstance(error, OSError):
        return None
    place, said = error.filename or folder, error.strerror or error
    if error.errno == errno.EROFS:
        return (
            f"Expected to write to {place}, but its disk is read-only. Make "
            f"it writable, or give another folder. {AGAIN}"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            f"Expected permission to use {place}, but there is none ({said}). "
            "Change that, or give another folder."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST, errno.EISDIR):
        return (
            f"Expected {place} to be free, but {_in_the_way(place)} is in the "
            f"way ({said}). Move it, or give another folder."
        )
    if error.errno == errno.ENOENT:
        return (
            f"Expected {place}, but there is no such file or folder. Restore "
            "it, or correct its name where it is given."
        )
    if error.filename:
        return (
            f"Expected to use {place}, but: {said}. Look after that disk or "
            f"network. {AGAIN}"
        )
    return str(said)  # an error of ours, which says what to do


def _in_the_way(place):
    """The file, or broken link, that stands where a folder should be."""
    path = Path(place)
    for part in reversed([path, *path.parents]):
        if not part.is_dir() and (part.exists() or part.is_symlink()):
            return part
    return path
