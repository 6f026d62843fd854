"""The certificate as a file: written with a sha256 of itself and of the
manifests beside it, so that what is edited or damaged is noticed.

This guards against accidents, not against somebody who means it.
"""

import hashlib
import json
from pathlib import Path

from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.files import (
    check_unchanged,
    file_sha256,
    read_json,
    write_json,
)

CERTIFICATE = "certificate.json"
SEAL = "certificate_sha256"
MANIFESTS = "manifests_sha256"
_AGAIN = "Prepare the corpus again: its manifests are then made anew."


def write_certificate(folder, content, manifests=None):
    """Write the certificate of a folder, sealed.

    Arguments
    ---------
    folder : str or Path
    content : dict
        JSON values.
    manifests : dict, optional
        Split to the path of its manifest, in the same folder; default: those
        that ``content`` names.

    Returns
    -------
    Path

    Example
    -------
    >>> folder = getfixture("tmpdir")
    >>> path = write_certificate(folder, {"corpus": "Tiny"})
    >>> path.name, is_sealed(read_certificate(folder))
    ('certificate.json', True)
    """
    if manifests is not None:
        hashes = {name: file_sha256(path) for name, path in manifests.items()}
        content = content | {MANIFESTS: hashes}
    # As it will be read: keys are text, tuples are lists.
    content = json.loads(json.dumps(content))
    content.pop(SEAL, None)
    path = Path(folder) / CERTIFICATE
    return write_json(path, content | {SEAL: _hash(content)})


def read_certificate(folder):
    """The certificate in a folder, a dict; empty if there is none.

    Arguments
    ---------
    folder : str or Path

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If it is damaged, or not as it was written. One without a seal, of
        somebody's own making, is believed.

    Example
    -------
    >>> read_certificate(getfixture("tmpdir"))
    {}
    """
    path = Path(folder) / CERTIFICATE
    try:
        content = read_json(path, _AGAIN)
    except FileNotFoundError:
        return {}
    hashes = content.get(MANIFESTS, {})
    if not isinstance(hashes, dict):
        raise ValueError(
            f"Expected `{MANIFESTS}` in {path} to be an object, but got "
            f"{show(hashes)}. {_AGAIN}"
        )
    if SEAL in content and not is_sealed(content):
        raise ValueError(
            f"Expected {path} as it was written, but it was edited or damaged "
            f"since: it is not what its `{SEAL}` says. {_AGAIN}"
        )
    return content


def is_sealed(certificate):
    """Whether a certificate is as it was written by ``write_certificate``.

    Example
    -------
    >>> is_sealed({"mismatch": []})
    False
    """
    content = {k: v for k, v in certificate.items() if k != SEAL}
    return certificate.get(SEAL) == _hash(content)


def check_manifest(path):
    """Raise a ValueError if a manifest is not as its certificate says.

    Arguments
    ---------
    path : str or Path
        ``<split>.csv``. Without a certificate beside it that names the split,
        there is nothing to compare with.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> path = folder / "test.csv"
    >>> _ = path.write_text("ID\\na\\n")
    >>> _ = write_certificate(folder, {}, {"test": path})
    >>> check_manifest(path)
    >>> _ = path.write_text("ID\\n")
    >>> check_manifest(path)
    Traceback (most recent call last):
    ValueError: Expected .../test.csv as .../certificate.json says, but it \
was edited or damaged since. Prepare the corpus again: its manifests are then \
made anew. To use it as it is, copy it to a folder without that certificate.
    """
    path = Path(path)
    expected = read_certificate(path.parent).get(MANIFESTS, {}).get(path.stem)
    if path.suffix == ".csv":
        advice = (
            f"{_AGAIN} To use it as it is, copy it to a folder without that "
            "certificate."
        )
        check_unchanged(path, expected, path.parent / CERTIFICATE, advice)


def _hash(content):
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
