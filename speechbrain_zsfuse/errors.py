"""The wording of errors: what was expected, what came, what to do."""

from contextlib import contextmanager


def shorten(lines, limit=20):
    """Join lines, saying how many are left out after ``limit``.

    Example
    -------
    >>> print(shorten(["a", "b", "c"], limit=2))
    a
    b
      … and 1 more
    """
    more = [f"  … and {len(lines) - limit} more"] if len(lines) > limit else []
    return "\n".join(lines[:limit] + more)


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
