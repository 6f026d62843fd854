"""Where models lie: a file, a folder, or the Hugging Face hub at one commit."""

import re
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

_SUFFIXES = {".pt", ".pth", ".tar", ".bin", ".ckpt", ".safetensors"}


def check_revision(revision):
    """Raise a ValueError unless ``revision`` is None or names one commit.

    Example
    -------
    >>> check_revision("main")
    Traceback (most recent call last):
    ValueError: Expected `revision` to be a commit of 40 hexadecimal digits, \
    but got 'main': a branch or tag can move, and the results with it. Copy \
    the commit from the model's page ("Files and versions", "History").
    """
    if revision is not None and not re.fullmatch("[0-9a-f]{40}", str(revision)):
        raise ValueError(
            "Expected `revision` to be a commit of 40 hexadecimal digits, but "
            f"got {revision!r}: a branch or tag can move, and the results with "
            "it. Copy the commit from the model's page "
            '("Files and versions", "History").'
        )


def find_file(source, names, kind, revision=None):
    """A weights file on this machine, from wherever it lies.

    Arguments
    ---------
    source : str or Path
        The file itself, a folder that holds one, or a hub id.
    names : list of str
        File names to look for in a folder or on the hub, best first.
    kind : str
        What is looked for, for the error.
    revision : str, optional
        Commit of the hub repository, 40 hexadecimal digits.

    Returns
    -------
    Path

    Raises
    ------
    FileNotFoundError
        If there is none; the message says what to do.
    ValueError
        If ``revision`` is no commit.

    Example
    -------
    >>> path = getfixture("tmpdir") / "b.pt"
    >>> _ = path.write("")
    >>> find_file(path.dirname, ["a.pt", "b.pt"], "CLAP").name
    'b.pt'
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    check_revision(revision)
    source = Path(source)
    if source.is_file():
        return source
    for name in names if source.is_dir() else ():
        if (source / name).is_file():
            return source / name
    with explain_missing(source, kind, " or ".join(names)):
        if source.is_dir() or _is_path(source):
            raise FileNotFoundError(f"none of {', '.join(names)} in it")
        for name in names[:-1]:
            try:
                path = hf_hub_download(str(source), name, revision=revision)
                return Path(path)
            except EntryNotFoundError:
                continue
        path = hf_hub_download(str(source), names[-1], revision=revision)
        return Path(path)


@contextmanager
def explain_missing(source, kind, expected):
    """Say what to do when nothing can be loaded from ``source``.

    Arguments
    ---------
    source : str or Path
        Hub id or local folder.
    kind : str
        What was expected there, for instance ``CLAP``.
    expected : str
        The files that a complete folder holds.

    Raises
    ------
    FileNotFoundError
        In place of what the libraries raise.

    Example
    -------
    >>> with explain_missing("/no/such/folder", "CLAP", "config.json"):
    ...     raise OSError("what transformers says")
    Traceback (most recent call last):
    FileNotFoundError: No CLAP found at '/no/such/folder': no such file or \
    folder.
    """
    try:
        yield
    except (OSError, ValueError, SafetensorError) as error:
        if "trust_remote_code" in str(error):
            reason = (
                "it wants to run code of its own, which is never done. "
                f"Expected {expected}."
            )
        elif Path(source).is_dir():
            reason = (
                "the folder is not complete or damaged. Expected intact "
                f"{expected} in it ({error})."
            )
        elif _is_path(source):
            reason = "no such file or folder."
        else:
            reason = (
                "it is not a local folder, and the Hugging Face hub does not "
                "know it or does not answer. Check the spelling; without "
                "network, download it where there is one (`hf download "
                f"{source} --local-dir FOLDER`) and give that folder."
            )
        raise FileNotFoundError(
            f"No {kind} found at {str(source)!r}: {reason}"
        ) from error


def _is_path(source):
    """Whether it can be no hub id, which is ``owner/name``."""
    path = Path(source)
    return (
        path.is_absolute() or len(path.parts) != 2 or path.suffix in _SUFFIXES
    )
