"""The corpora of a report: their certificates, which lie beside the runs.

A certificate is read as it stands; it was checked when the run began.
"""

from collections.abc import Iterator

from speechbrain_zsfuse.errors import list_names, show
from speechbrain_zsfuse.evaluation.collection.gathering import Collection
from speechbrain_zsfuse.evaluation.marks import name_release, tell_baselines
from speechbrain_zsfuse.evaluation.report.blocks import (
    Block,
    Details,
    Facts,
    Notes,
    Table,
    Text,
)
from speechbrain_zsfuse.files import read_json

_CERTIFICATE = "certificate.json"
_AGAIN = "Run the recipe again with --test_only: it is written anew."
_OF_OBJECTS = ("splits", "disjoint", "repeated", "baselines")
_OBJECTS = ("options", "total", "dropped_counts", "manifests_sha256")
_OBJECTS += _OF_OBJECTS
_LISTS = ("mismatch", "notes", "caveats")
_SHOWN = 30  # lines of what a corpus lacks


def describe_corpora(collection: Collection) -> list[Block]:
    """What the results' corpora hold, and what of them was left out.

    Arguments
    ---------
    collection : Collection

    Returns
    -------
    list of blocks
        One for each certificate that is not the same as another.

    Raises
    ------
    ValueError
        If a certificate is damaged.

    Example
    -------
    >>> describe_corpora(Collection((), ()))[0].text
    'No run has kept a certificate of its corpus.'
    """
    certificates = dict(_certificates(collection))
    if not certificates:
        return [Text("No run has kept a certificate of its corpus.")]
    return [_describe(one) for one in certificates.values()]


def mismatches(collection: Collection) -> list[str]:
    """Where corpora are not as they are known, a line each.

    Example
    -------
    >>> mismatches(Collection((), ()))
    []
    """
    lines = {
        (record.corpus, line): None
        for system in collection.systems
        for record in system.records
        for line in record.mismatch
    }
    told = [f"{corpus}: {line}" for corpus, line in lines]
    more = len(told) - _SHOWN
    return told[:_SHOWN] + [f"and {more} more"] * (more > 0)


def caveats(collection: Collection) -> list[str]:
    """What makes numbers of corpora too good, a line each.

    Example
    -------
    >>> caveats(Collection((), ()))
    []
    """
    lines = {
        (record.corpus, line): None
        for system in collection.systems
        for record in system.records
        for line in record.caveats
    }
    return [f"{corpus}: {line}" for corpus, line in lines]


def _certificates(collection: Collection) -> Iterator[tuple[str, dict]]:
    """Those beside the runs, by what they hold."""
    for system in collection.systems:
        for record in system.records:
            path = record.folder / _CERTIFICATE
            if path.is_file():
                content = read_json(path, _AGAIN)
                _check_shape(content, path)
                yield content.get("certificate_sha256", str(content)), content


def _check_shape(content, path):
    """Raise a ValueError if what should be objects or lists is not."""
    kinds = dict.fromkeys(_OBJECTS, dict) | dict.fromkeys(_LISTS, list)
    found = {name: content[name] for name in kinds if name in content}
    for name in _OF_OBJECTS:
        inner = found.get(name)
        if isinstance(inner, dict):
            found |= {f"{name}.{key}": value for key, value in inner.items()}
    for name, value in found.items():
        kind = kinds.get(name, dict)
        if not isinstance(value, kind):
            what = "an object" if kind is dict else "a list"
            raise ValueError(
                f"Expected `{name}` in {path} to be {what}, but got "
                f"{show(value)}. {_AGAIN}"
            )


def _describe(certificate):
    options = certificate.get("options", {})
    fold = options.get("fold")
    known = map(certificate.get, ("corpus", "release", "mismatch"))
    title = [name_release(*known), f"fold {fold}" if fold else None]
    total = certificate.get("total", {})
    aside = f"{total.get('clips', 0):,} clips"
    if certificate.get("mismatch"):
        aside += ", not as the corpus is known"
    blocks = [tabulate_splits(certificate), Notes([*_shared(certificate)])]
    rows = [[why, f"{n:,}"] for why, n in _dropped(certificate)]
    if rows:
        blocks.append(Table("Clips left out", ["reason", "clips"], rows))
    if certificate.get("mismatch"):
        lines, title_of = certificate["mismatch"], "Not as the corpus is known"
        blocks.append(Notes(lines[:_SHOWN], title_of, alert=True))
    unheard = tell_baselines(certificate.get("baselines"))
    told = [f"Without hearing: {unheard}."] if unheard else []
    told += certificate.get("caveats", [])
    blocks.append(Notes([*told, *certificate.get("notes", [])]))
    hashes = {"Clips (sha256 of ids)": certificate.get("ids_sha256", "–")}
    hashes |= {
        f"Manifest {split} (sha256)": value
        for split, value in certificate.get("manifests_sha256", {}).items()
    }
    told = {k: _say(v) for k, v in options.items() if v not in (None, {}, [])}
    blocks.append(Facts({**told, **hashes}))
    return Details(", ".join(filter(None, title)), blocks, aside)


def tabulate_splits(certificate: dict) -> Table:
    """Clips, hours, speakers and clips of each class, of each split and all.

    Arguments
    ---------
    certificate : dict
        Of a corpus; speakers are counted, not named.

    Returns
    -------
    Table

    Example
    -------
    >>> own = {"clips": 2, "seconds": 9.0, "classes": {"sad": 2}}
    >>> own["speakers"] = {"01": 1, "unknown": 1}
    >>> tabulate_splits({"splits": {"test": own}, "total": own}).rows[0]
    ['test', '2', '0.00', '1', '2']
    """
    splits = certificate.get("splits", {}) | {
        "all": certificate.get("total", {})
    }
    classes = list(splits["all"].get("classes", {}))
    rows = [
        [
            name,
            f"{own.get('clips', 0):,}",
            f"{own.get('seconds', 0) / 3600:.2f}",
            f"{len({*own.get('speakers', {})} - {'unknown'}):,}",
            *(f"{own.get('classes', {}).get(label, 0):,}" for label in classes),
        ]
        for name, own in splits.items()
    ]
    columns = ["split", "clips", "hours", "speakers", *classes]
    return Table("Clips of each split and class", columns, rows)


def _shared(certificate):
    """What splits share: nothing, it is hoped."""
    for field, pairs in certificate.get("disjoint", {}).items():
        proved = [pair for pair, values in pairs.items() if values == []]
        if proved:
            yield (
                f"Proved when the corpus was prepared: no {field} is in both "
                f"of {', '.join(proved)}."
            )
        for pair in [p for p in pairs if p not in proved]:
            yield f"{pair}: {pairs[pair]}."
    for field, pairs in certificate.get("repeated", {}).items():
        for pair, values in pairs.items():
            if values and isinstance(values, list):
                yield f"The same {field} in {pair}: {list_names(values)}."


def _dropped(certificate):
    return certificate.get("dropped_counts", {}).items()


def _say(value):
    """An option of a preparation, as text."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
