"""A zip file unpacked whole, into its own folder, within bounds; or not at all.

What its table says is looked at before anything is written: names, kinds,
sizes. This file knows no corpus and no publisher.
"""

import errno
import lzma
import shutil
import struct
import zlib
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from zipfile import (
    ZIP_BZIP2,
    ZIP_DEFLATED,
    ZIP_LZMA,
    ZIP_STORED,
    BadZipFile,
    ZipFile,
)

# Sound is packed to a half; silence, in some files, to a thousandth.
_MOST_GROWTH = 100  # times the size of the archive
_ALWAYS = 1 << 26  # bytes that no disk lacks

_KNOWN = ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA
_DAMAGED = (
    *(BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError),
    *(RuntimeError, NotImplementedError, ValueError, OverflowError),
)


def unpack(path, folder):
    """Unpack a zip file into a folder, written anew.

    Arguments
    ---------
    path : str or Path
        The zip file.
    folder : str or Path
        What is there goes first; of a link only the link.

    Returns
    -------
    Path
        ``folder``.

    Raises
    ------
    ValueError
        With the member's name, if the archive is damaged or encrypted, if a
        file would lie elsewhere or twice, or if it grows beyond all measure.
    OSError
        If the disk has no room for it.

    Example
    -------
    >>> place = Path(getfixture("tmpdir"))
    >>> with ZipFile(place / "a.zip", "w") as file:
    ...     file.writestr("sub/a.txt", "content")
    >>> (unpack(place / "a.zip", place / "new") / "sub" / "a.txt").read_text()
    'content'
    """
    path, folder = Path(path), Path(folder)
    with _explain(path, "its table"):
        file = ZipFile(path)
    with file:
        members = file.infolist()
        _check_names(members, path)
        _check_sizes(members, path, folder.parent)
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
        for member in members:
            with _explain(path, f"{member.filename!r:.80}"):
                file.extract(member, folder)
    return folder


@contextmanager
def _explain(path, place):
    """Damage of an archive in one sentence, with the member's name."""
    try:
        yield
    except _DAMAGED as error:
        reason = str(error) or "it ends too early"
        raise _refusal(path, f"{place} is damaged ({reason})") from error
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        raise _refusal(path, f"{place} … is too long a name") from error


def _check_names(members, path):
    """Raise unless all are plain files and folders, in one folder, once."""
    if not members:
        raise _refusal(path, "it is empty")
    files, folders = set(), set()
    for member in members:
        name, pure = member.filename, PurePosixPath(member.filename)
        if pure.is_absolute() or ".." in pure.parts:
            raise ValueError(
                f"Expected files below one folder in {path}, but {name!r} "
                "would lie outside. Do not use it."
            )
        if not pure.parts:
            raise _refusal(path, f"{name!r} is the name of no file")
        if member.flag_bits & 1:
            raise _refusal(path, f"{name!r} is encrypted")
        if member.compress_type not in _KNOWN:
            raise _refusal(path, f"{name!r} is packed in an unknown way")
        if pure in files:
            raise _refusal(path, f"{name!r} stands in it twice")
        if not member.is_dir():
            files.add(pure)
        folders |= {*pure.parents, *([pure] if member.is_dir() else [])}
    if both := files & folders:
        name = str(min(both))
        raise _refusal(path, f"{name!r} is both a file and a folder")


def _check_sizes(members, path, place):
    """Raise unless what is stated is likely and fits; no more is written."""
    packed = path.stat().st_size
    size = sum(member.file_size for member in members)
    if size > _ALWAYS + _MOST_GROWTH * packed:
        raise _refusal(
            path, f"its {packed:,} bytes would become {size:,}, to fill a disk"
        )
    free = shutil.disk_usage(place).free
    if size > free:
        raise OSError(
            f"Expected {size:,} bytes on the disk of {place} to unpack {path}, "
            f"but got {free:,}. Make room and run the same command again."
        )


def _refusal(path, problem):
    return ValueError(
        f"Expected a whole archive of plain files in {path}, but {problem}. "
        "Delete it and run the same command again; if it stays so, its "
        "publisher has changed it."
    )
