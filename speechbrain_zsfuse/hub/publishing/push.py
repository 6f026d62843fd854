"""Upload of a published model to the Hugging Face hub.

Private unless the user says otherwise. The token is the hub library's affair:
nothing here reads or shows it.
"""

from contextlib import contextmanager

from speechbrain_zsfuse import __version__
from speechbrain_zsfuse.options import check

_AGAIN = "Run the same command again: what was uploaded is not sent twice."


def check_repository(repository):
    """Raise a ValueError unless it is a name on the hub.

    Arguments
    ---------
    repository : str
        ``owner/name``.

    Example
    -------
    >>> check_repository("my models/ser")
    Traceback (most recent call last):
    ValueError: Expected `--push` to be owner/name, of letters, digits, `-`, \
`_` and `.`, but got 'my models/ser'. Correct it.
    """
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    try:
        check("--push", repository, str)
        validate_repo_id(repository)
        fits = repository.count("/") == 1
    except (HFValidationError, ValueError):
        fits = False
    if not fits:
        raise ValueError(
            "Expected `--push` to be owner/name, of letters, digits, `-`, `_` "
            f"and `.`, but got {repository!r}. Correct it."
        )


def push(folder, repository, public=False, endpoint=None):
    """Upload a folder, with a bar for what is large.

    Arguments
    ---------
    folder : str or Path
        Of a published model.
    repository : str
        ``owner/name``; made if there is none.
    public : bool
        Whether everybody may see it; ask before you say so.
    endpoint : str, optional
        Of the hub; default: that of ``HF_ENDPOINT``, or huggingface.co.

    Returns
    -------
    str
        Address of the commit.

    Raises
    ------
    ConnectionError
        If the hub is not reached.
    PermissionError
        If there is no token, or it may not write there.
    ValueError
        If the repository is there and can be seen by everybody, and ``public``
        is false; or if the hub refuses the card.

    Example
    -------
    >>> push("my_model", "ser")
    Traceback (most recent call last):
    ValueError: Expected `--push` to be owner/name, of letters, digits, `-`, \
`_` and `.`, but got 'ser'. Correct it.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.utils import enable_progress_bars

    check_repository(repository)
    enable_progress_bars()
    api = HfApi(endpoint=endpoint, library_name="speechbrain-zsfuse")
    with _explain(repository):
        api.create_repo(repository, private=not public, exist_ok=True)
        private = api.model_info(repository).private
    if not (private or public):
        raise ValueError(
            f"Expected {repository} to be private, but everybody can see it. "
            "Add --public if that is meant, or give another name."
        )
    with _explain(repository):
        done = api.upload_folder(
            repo_id=repository,
            folder_path=folder,
            commit_message=f"Publish with speechbrain-zsfuse {__version__}",
        )
    return str(done.commit_url)


@contextmanager
def _explain(repository):
    """Words for what keeps an upload from its end."""
    from huggingface_hub import errors

    try:
        yield
    except KeyboardInterrupt:
        print(f"\nThe upload was interrupted. {_AGAIN}")
        raise
    except errors.OfflineModeIsEnabled as error:
        raise ConnectionError(
            f"Expected to reach the hub for {repository}, but it is switched "
            "off (HF_HUB_OFFLINE). Unset that. The folder is written; run the "
            "same command again."
        ) from error
    except errors.HfHubHTTPError as error:
        raise _refused(error, repository) from error
    except errors.LocalTokenNotFoundError as error:
        raise PermissionError(_no_token(repository)) from error
    except ValueError as error:  # of the card
        raise ValueError(_refusal(repository, error)) from error
    except RuntimeError as error:  # of one large file
        raise ConnectionError(
            f"Expected to upload {repository}, but it broke off: {error} "
            f"{_AGAIN}"
        ) from error
    except Exception as error:
        # Versions of the hub library speak through different ones.
        network = type(error).__module__.startswith(("httpx", "requests"))
        if not network and not isinstance(error, OSError):
            raise
        raise ConnectionError(
            f"Expected to reach the hub for {repository}, but the connection "
            f"failed ({type(error).__name__}). The folder is written. {_AGAIN}"
        ) from error


def _refused(error, repository):
    status = error.response.status_code
    if status in (401, 403):
        return PermissionError(_no_token(repository))
    said = error.server_message or f"status {status}"
    if status >= 500:
        return ConnectionError(
            f"Expected the hub to take {repository}, but it failed ({said}). "
            f"{_AGAIN}"
        )
    return ValueError(_refusal(repository, said))


def _refusal(repository, said):
    return (
        f"Expected the hub to take {repository}, but it refused: {said}. "
        "Correct that; the folder is written."
    )


def _no_token(repository):
    return (
        f"Expected a token that may write to {repository}, but there is none, "
        "or it may not. Run `hf auth login` with a token of the kind `write`, "
        "or set HF_TOKEN; the folder is written."
    )
