"""Where models lie: a file, a folder, or the Hugging Face hub at one commit."""

from contextlib import contextmanager
from pathlib import Path

from speechbrain_zsfuse.folders import nearest_path
from speechbrain_zsfuse.options import Commit, check

_SUFFIXES = {
    *(".pt", ".pth", ".tar", ".bin", ".ckpt", ".safetensors", ".pkl", ".h5"),
    *(".json", ".yaml", ".zip", ".gz", ".npz", ".onnx", ".gguf"),
}


def check_revision(revision):
    """Raise a ValueError unless ``revision`` is None or names one commit.

    Example
    -------
    >>> check_revision("main")
    Traceback (most recent call last):
    ValueError: Expected `revision` to be a commit of 40 hexadecimal digits \
    (a branch or a tag can move, and the results with it), or null, but got \
    'main'. Copy the commit from the model's page (Files and versions, History).
    """
    check("revision", revision, Commit | None)


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
    check_revision(revision)
    if Path(source).is_file():
        return Path(source)
    for name in names:
        if path := locate(source, name, kind, revision):
            return path
    with explain_missing(source, kind, " or ".join(names)):
        raise FileNotFoundError(f"none of {', '.join(names)} in it")


def locate(source, name, kind, revision=None):
    """A file of a folder or a hub repository; None if it has no such one.

    Arguments
    ---------
    source : str or Path
        Local folder or hub id.
    name : str
        Of the file.
    kind : str
        What is looked for, for the error.
    revision : str, optional
        Commit of the hub repository, 40 hexadecimal digits.

    Returns
    -------
    Path or None

    Raises
    ------
    FileNotFoundError
        If there is no such folder or repository within reach.

    Example
    -------
    >>> locate(getfixture("tmpdir"), "config.json", "CLAP")
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    with explain_missing(source, kind, name):
        if Path(source).is_dir():
            path = Path(source) / name
            return path if path.is_file() else None
        if is_path(source) and not (revision and _is_hub_id(source)):
            raise FileNotFoundError("no such file or folder")
        try:
            return Path(hf_hub_download(str(source), name, revision=revision))
        except EntryNotFoundError:
            return None


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
    except ImportError:
        raise
    except Exception as error:  # libraries fail in many ways
        if "trust_remote_code" in str(error):
            reason = (
                "it wants to run code of its own, which is never done. "
                f"Expected {expected}."
            )
        elif Path(source).is_file():
            reason = f"it is a file. Give the folder with {expected}."
        elif Path(source).is_dir():
            reason = (
                "the folder is not complete or damaged. Expected intact "
                f"{expected} in it ({error})."
            )
        elif is_path(source):
            reason = f"no such file or folder.{_near(source)}"
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


def is_path(source):
    """Whether it is meant to be a file or folder, and not a hub id.

    What begins as a folder that is here is one, spelling mistakes included.

    Arguments
    ---------
    source : str or Path

    Returns
    -------
    bool

    Example
    -------
    >>> is_path("./laion/clap"), is_path("clap.pt"), is_path("laion/clap")
    (True, True, False)
    """
    return not _is_hub_id(source) or Path(Path(source).parts[0]).is_dir()


def _is_hub_id(source):
    """Whether it could be ``owner/name``."""
    path = Path(source)
    return (
        not str(source).startswith((".", "~", "/"))
        and not path.is_absolute()
        and len(path.parts) == 2
        and path.suffix not in _SUFFIXES
    )


def _near(source):
    """What the missing path might have been; empty if nothing is near."""
    path = Path(source)
    if str(source).startswith("~"):
        return f" `~` means nothing here: write {path.expanduser()}."
    hint = f" {nearest_path(path)}".rstrip()
    if _is_hub_id(source):
        hint += (
            f" The hub is not asked, as {path.parts[0]!r} is a folder "
            "here; it is if you give the commit as `revision`."
        )
    return hint
