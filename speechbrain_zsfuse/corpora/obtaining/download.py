"""A corpus from its publisher: downloaded, verified and unpacked.

After a kill at any moment the corpus is whole or not there, and the same call
ends well; a download begins anew. This file knows no corpus.
"""

import os
import shutil
from pathlib import Path

import pooch

from speechbrain_zsfuse.corpora.obtaining.unpacking import unpack
from speechbrain_zsfuse.progress import show_bar

_OPTIONS = {
    "chunk_size": 1 << 16,  # bytes
    "timeout": 60,  # seconds without an answer
    # Zenodo refuses programs that do not say who they are.
    "headers": {"User-Agent": "speechbrain-zsfuse"},
}


def obtain(url, name, md5, folder):
    """Download a zip file and unpack it, unless that is done.

    Arguments
    ---------
    url, name, md5 : str
        Address, file name ending in ".zip", and 32 hexadecimal digits.
    folder : str or Path
        Gets a folder named after the file; the file itself is not kept.

    Returns
    -------
    Path
        The folder with the content.

    Raises
    ------
    ConnectionError
        If the server does not answer, refuses, or breaks off.
    ValueError
        If the file is not the published one, is no whole zip file, or would
        be unpacked elsewhere.
    OSError
        If the disk has no room for it.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "corpus").mkdir()
    >>> obtain("https://none", "corpus.zip", "", folder).name  # it is there
    'corpus'
    """
    target = Path(folder).resolve() / Path(name).stem
    if target.exists():
        return target
    aside = target.with_name(f".{name}")  # hidden: what is unfinished
    if aside.is_symlink():  # nothing is written elsewhere
        aside.unlink()
    try:
        path = _download(url, name, md5, aside)
    except OSError as error:
        raise ConnectionError(
            f"Expected to download {url}, but: {error}. Run the same command "
            f"again, or get it in a browser and unpack it in {aside.parent}."
        ) from error
    except ValueError as error:
        raise ValueError(
            f"Expected {name} as published, but got another file. {error} Run "
            f"the same command again; if it stays so, {url} has changed."
        ) from error
    os.replace(unpack(path, aside / target.name), target)
    shutil.rmtree(aside, ignore_errors=True)
    return target


def _download(url, name, md5, folder):
    bar = show_bar(title="Downloading", total=1, unit="B", unit_scale=True)
    downloader = pooch.HTTPDownloader(progressbar=bar, **_OPTIONS)
    return pooch.retrieve(
        url, f"md5:{md5}", name, folder, downloader=downloader
    )
