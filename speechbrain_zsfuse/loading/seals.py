"""What proves that a checkpoint is whole: size and checksum of its files.

The seal is written last. It proves nothing against who can write it; what a
checkpoint holds is read as plain values all the same.
"""

import json
import os
import zlib
from pathlib import Path

import yaml

METAFNAME = "CKPT.yaml"  # SpeechBrain's name of the file that says how good
_SEAL = "SEAL.json"


def write_seal(folder):
    """Seal a checkpoint, once every file of it has reached the disk.

    Arguments
    ---------
    folder : Path

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "a").write_text("a")
    >>> write_seal(folder)
    >>> (folder / "SEAL.json").read_text()
    '{"a": [1, 3904355907]}'
    """
    files = {
        str(path.relative_to(folder)): [
            path.stat().st_size,
            checksum(path, durable=True),
        ]
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    (folder / _SEAL).write_text(json.dumps(files), encoding="utf-8")
    checksum(folder / _SEAL, durable=True)


def find_damage(folder, read):
    """What is wrong with a checkpoint, in words; None if it is whole.

    Arguments
    ---------
    folder : str or Path
        Of one checkpoint.
    read : bool
        Whether to read every file, or to compare sizes only. The meta file,
        which says how good a checkpoint is, is always read.

    Returns
    -------
    str or None

    Example
    -------
    >>> find_damage(getfixture("tmpdir"), read=False)
    'it was never finished'
    """
    folder = Path(folder)
    try:
        seal = _read_seal(folder / _SEAL)
    except FileNotFoundError:
        return "it was never finished"
    except (ValueError, RecursionError):
        return f"{_SEAL} is damaged"
    for name, size, expected in seal:
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != size:
            return f"{name} has {path.stat().st_size} of {size} bytes"
        if (read or name == METAFNAME) and checksum(path) != expected:
            return f"the content of {name} is damaged"
    return _find_damage_of_meta(folder / METAFNAME)


def _read_seal(path):
    """Name, bytes and CRC-32 of every file of a checkpoint."""
    seal = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(seal, dict) or METAFNAME not in seal:
        raise ValueError("it seals nothing")
    for name, facts in seal.items():
        inside = not Path(name).is_absolute() and ".." not in Path(name).parts
        whole = isinstance(facts, list) and [type(f) for f in facts]
        if not inside or whole != [int, int]:
            raise ValueError(f"{name}: {facts}")
    return [(name, *facts) for name, facts in seal.items()]


def _find_damage_of_meta(path):
    try:
        meta = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return f"{path.name} holds something else than plain values"
    whole = isinstance(meta, dict) and {"unixtime", "end-of-epoch"} <= {*meta}
    return None if whole else f"{path.name} does not say what it should"


def checksum(path, durable=False):
    """CRC-32 of a file; ``durable`` also brings it to the disk.

    Example
    -------
    >>> path = getfixture("tmpdir") / "a"
    >>> _ = path.write("a")
    >>> checksum(path)
    3904355907
    """
    value = 0
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            value = zlib.crc32(block, value)
        if durable:
            os.fsync(file.fileno())
    return value
