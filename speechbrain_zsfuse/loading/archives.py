"""The zip files that ``torch.save`` writes, checked as PyTorch does not.

PyTorch maps such a file into memory and trusts its table: it looks at no
checksum, and takes as many bytes as a tensor wants, whatever they belong to.
Here every member must lie plainly in its own place, and every tensor must be
one, whole and unchanged. This file knows no pickles.
"""

import zipfile
import zlib
from struct import unpack_from

import torch

# Before a member: 30 bytes, the last 4 of which say how long name and extra
# field are that follow.
_HEADER = 30


def read_members(path):
    """Size and checksum of every member of a zip file.

    Members that hold tensors are not read: see ``check_tensors``.

    Arguments
    ---------
    path : str or Path

    Returns
    -------
    set of tuple
        Bytes and CRC-32 of each.

    Raises
    ------
    ValueError
        With the member's name, if one is compressed or encrypted, stands
        twice, lies over another, or is not what its checksum says.

    Example
    -------
    >>> path = getfixture("tmpdir") / "a.pt"
    >>> with zipfile.ZipFile(path, "w") as file:
    ...     file.writestr("a/data.pkl", b"a")
    >>> read_members(path)
    {(1, 3904355907)}
    """
    with zipfile.ZipFile(path) as file, open(path, "rb") as stream:
        members = sorted(file.infolist(), key=lambda m: m.header_offset)
        if any(m.filename.endswith("/constants.pkl") for m in members):
            raise ValueError("it holds a program (TorchScript)")
        end, names = 0, set()
        for member in members:
            name = member.filename
            _require(name not in names, name, "stands in it twice")
            _require(not member.flag_bits & 1, name, "is encrypted")
            stored = member.compress_type == zipfile.ZIP_STORED
            _require(stored, name, "is compressed, which PyTorch never does")
            _require(end <= member.header_offset, name, "lies over another")
            names.add(name)
            stream.seek(member.header_offset)
            end = member.header_offset + member.file_size + _HEADER
            end += sum(unpack_from("<2H", stream.read(_HEADER), 26))
            if not _holds_tensor(name):
                file.read(member)  # which looks at the checksum
    return {(member.file_size, member.CRC) for member in members}


def check_tensors(tensors, members):
    """Raise a ValueError unless every tensor is a member of its file.

    Arguments
    ---------
    tensors : dict
        Name to tensor of any type, on the CPU.
    members : set of tuple
        From ``read_members``.

    Example
    -------
    >>> check_tensors({"a": torch.zeros(1)}, {(4, 558161692)})
    >>> check_tensors({"a": torch.ones(1)}, {(4, 558161692)})
    Traceback (most recent call last):
    ValueError: the numbers of 'a' are not those that were written
    """
    seen = set()
    for name, value in tensors.items():
        storage = value.untyped_storage()
        place = storage.data_ptr(), storage.nbytes()
        if place not in seen:  # tensors may share theirs
            facts = storage.nbytes(), zlib.crc32(_bytes_of(storage))
            if facts not in members:
                raise ValueError(
                    f"the numbers of {name!r} are not those that were written"
                )
        seen.add(place)


def _bytes_of(storage):
    return torch.empty(0, dtype=torch.uint8).set_(storage).numpy()


def _holds_tensor(name):
    return "/data/" in name


def _require(holds, name, problem):
    if not holds:
        raise ValueError(f"its member {name!r} {problem}")
