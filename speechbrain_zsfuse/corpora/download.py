"""A corpus from its publisher: downloaded, verified, unpacked.

A kill at any moment costs nothing: a download goes on where it was, and the
corpus appears in one step, whole. This file knows no corpus.
"""

import hashlib
import os
import shutil
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from zipfile import BadZipFile, ZipFile

from tqdm import tqdm

_BLOCK = 1 << 20  # bytes
_TIMEOUT = 60  # seconds without an answer


class Archive(NamedTuple):
    """A zip file as it was published.

    Arguments
    ---------
    url : str
    name : str
        Of the file, ending in ".zip".
    md5 : str
        32 hexadecimal digits.

    Example
    -------
    >>> Archive("https://host/v1?file=a", "a.zip", "0" * 32).folder
    'a'
    """

    url: str
    name: str
    md5: str

    @property
    def folder(self):
        """Name of the folder it is unpacked to, a str."""
        return Path(self.name).stem


def obtain(archive, folder, progress=True):
    """Download an archive and unpack it, unless that is done.

    Arguments
    ---------
    archive : Archive
    folder : str or Path
        The archive is kept here; its content goes to a folder in it that is
        named after the archive.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    Path
        The folder with the content.

    Raises
    ------
    ConnectionError
        If the server does not answer, refuses, or breaks off.
    ValueError
        If the file is not the published one, or would be unpacked elsewhere.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "corpus").mkdir()
    >>> obtain(Archive("https://none", "corpus.zip", ""), folder).name
    'corpus'
    """
    target = Path(folder) / archive.folder
    if not target.exists():
        unpack(fetch(archive, folder, progress), target, progress)
    return target


def fetch(archive, folder, progress=True):
    """Download an archive, going on with what is there of it.

    Arguments
    ---------
    archive, folder, progress
        See ``obtain``.

    Returns
    -------
    Path
        The verified file.

    Raises
    ------
    ConnectionError, ValueError
        See ``obtain``.

    Example
    -------
    >>> empty = Archive("https://none", "a.zip", hashlib.md5(b"").hexdigest())
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "a.zip").touch()
    >>> fetch(empty, folder).name  # it is there
    'a.zip'
    """
    path = Path(folder) / archive.name
    part = path.with_name(f".{archive.name}.part")
    if path.exists():
        return _verified(path, archive)
    path.parent.mkdir(parents=True, exist_ok=True)
    resumed = part.exists()
    _continue(archive.url, part, progress)
    if resumed and _md5(part) != archive.md5:
        part.unlink()  # the beginning was of another file
        _continue(archive.url, part, progress)
    try:
        os.replace(_verified(part, archive), path)
    except ValueError:
        part.unlink()
        raise
    return path


def unpack(path, target, progress=True):
    """Unpack a zip file to a new folder, which is whole or not there.

    Arguments
    ---------
    path, target : Path
    progress : bool
        Whether to show a bar.

    Raises
    ------
    ValueError
        If it is no intact zip file, or a file in it would lie elsewhere.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> with ZipFile(folder / "a.zip", "w") as file:
    ...     file.writestr("Actor_01/a.wav", "sound")
    >>> unpack(folder / "a.zip", folder / "a", progress=False)
    >>> (folder / "a/Actor_01/a.wav").read_text()
    'sound'
    """
    aside = target.with_name(f".{target.name}.unpacking")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        with ZipFile(path) as file:
            names = file.namelist()
            _check_names(path, names, aside)
            bar = tqdm(names, "Unpacking", unit="file", disable=not progress)
            for name in bar:
                file.extract(name, aside)
    except BadZipFile as error:
        raise ValueError(
            f"Expected an intact zip file at {path}, but {error}. Delete it "
            "and download it again."
        ) from error
    os.replace(aside, target)


def _check_names(path, names, aside):
    aside = aside.resolve()
    outside = [
        name
        for name in names
        if not (aside / name).resolve().is_relative_to(aside)
    ]
    if outside:
        raise ValueError(
            f"Expected files below one folder in {path}, but {outside} would "
            "lie outside. Do not use it."
        )


def _verified(path, archive):
    found = _md5(path)
    if found != archive.md5:
        raise ValueError(
            f"Expected {archive.name} with the md5 {archive.md5}, but the md5 "
            f"of {path} is {found}. Delete it, if it is still there, and "
            "download it again; if it stays so, the file at "
            f"{archive.url} has changed."
        )
    return path


def _md5(path):
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _continue(url, part, progress):
    """Append what is missing, or begin anew if the server cannot go on."""
    start = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={start}-"} if start else {}
    try:
        with urlopen(Request(url, headers=headers), timeout=_TIMEOUT) as answer:
            _receive(answer, part, start, progress)
    except HTTPError as error:
        if error.code == 416:  # nothing is left to send
            return
        raise _broken(url, f"{error.code} {error.reason}") from error
    except (OSError, HTTPException) as error:
        raise _broken(url, error) from error


def _receive(answer, part, start, progress):
    goes_on = (
        answer.status == 206
        and answer.headers.get("Content-Range", "").split("-")[0]
        == f"bytes {start}"
    )
    start = start if goes_on else 0
    left = answer.headers.get("Content-Length")
    total = start + int(left) if left else None
    bar = tqdm(
        total=total,
        initial=start,
        desc="Downloading",
        unit="B",
        unit_scale=True,
        disable=not progress,
    )
    with bar, open(part, "ab" if goes_on else "wb") as file:
        while block := answer.read(_BLOCK):
            file.write(block)
            bar.update(len(block))
        if total is not None and file.tell() < total:
            raise OSError(f"it broke off after {file.tell():,} of {total:,} B")


def _broken(url, reason):
    return ConnectionError(
        f"Expected to download {url}, but: {reason}. Run the same command "
        "again to go on, or download it in a browser and unpack it yourself."
    )
