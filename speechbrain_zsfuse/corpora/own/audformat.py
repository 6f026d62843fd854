"""Databases of audformat: a header ``db.yaml`` and tables beside it.

    db.yaml  db.emotion.csv  db.files.csv

Only YAML, CSV and Parquet are read, as data; a pickle beside them, which
audformat itself prefers, is never opened.
"""

import pandas

from speechbrain_zsfuse.corpora.own.rows import read_rows
from speechbrain_zsfuse.corpora.words.splits import find_split
from speechbrain_zsfuse.errors import list_names, show
from speechbrain_zsfuse.loading.yaml_text import parse_yaml, read_text

HEADER = "db.yaml"
_FACTS = {
    "source": "source",
    "license": "licence",
    "license_url": "licence_url",
}
_JOINED = ("speaker", "gender", "language", "text", "transcription", "session")


def read_audformat(folder, only=None, emotion="emotion"):
    """The emotions of a database, with what its other tables say of the files.

    Arguments
    ---------
    folder : Path
        Of the header.
    only : str, optional
        The one table to read emotions from; by default all that have any.
    emotion : str
        Their column, or the scheme of it.

    Returns
    -------
    rows : pandas.DataFrame
        See ``read_rows``: ``file``, ``emotion`` and more.
    sources : list of Path
        What was read.
    about : dict
        Name, source, licence and languages in the words of the header.

    Raises
    ------
    ValueError
        If no table has emotions, one is only there as a pickle, or another
        table says two things of a file.

    Example
    -------
    >>> from pathlib import Path
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "db.yaml").write_text(
    ...     "name: tiny\\nschemes: {emotion: {dtype: str}}\\n"
    ...     "tables: {files: {columns: {emotion: {scheme_id: emotion}}}}\\n"
    ... )
    >>> _ = (folder / "db.files.csv").write_text("file,emotion\\na.wav,sad\\n")
    >>> rows, _, _ = read_audformat(folder)
    >>> rows.to_dict("records")
    [{'file': 'a.wav', 'emotion': 'sad'}]
    """
    path = folder / HEADER
    header = parse_yaml(read_text(path), f"in {path}")
    tables = _part(header, "tables", path)
    named = {
        name: _fields(_part(t, "columns", path), emotion)
        for name, t in tables.items()
    }
    chosen = [n for n in named if emotion in named[n].values()]
    if only is not None:
        chosen = [n for n in chosen if n == only]
    if not chosen:
        raise ValueError(
            f"Expected a table with a column {emotion} in {path}, but it has "
            f"{show({n: [*f] for n, f in named.items()}, 400)}. Say which "
            "column holds the emotions: --columns='{emotion: …}'."
        )
    sources, parts = [path], []
    for name in chosen:
        rows, place = _read_table(folder, name, named[name])
        split = _find_split(tables[name], header, path)
        parts.append(rows.assign(split=split) if split else rows)
        sources.append(place)
    rows = pandas.concat(parts, ignore_index=True).fillna("")
    rows.index = pandas.RangeIndex(1, len(rows) + 1, name="row")
    for name in named:
        missing = set(_JOINED) & set(named[name].values()) - set(rows)
        if name not in chosen and missing:
            other, place = _read_table(folder, name, named[name])
            rows = _join(rows, other, "file", missing, place)
            sources.append(place)
    rows = _with_speakers(rows, header, folder, sources, path)
    about = {"name": str(header.get("name") or folder.name)}
    about |= {
        ours: str(header[k]) for k, ours in _FACTS.items() if header.get(k)
    }
    if header.get("languages"):
        about["languages"] = [str(each) for each in header["languages"]]
    return rows, sources, about


def _part(values, key, path):
    """A dictionary of the header; empty if it is not there."""
    found = values.get(key) or {}
    if not isinstance(found, dict):
        raise ValueError(
            f"Expected {key} of {path} to be a dictionary, but got "
            f"{show(found)}. Restore the file."
        )
    return found


def _fields(columns, emotion):
    """Column to field: what its scheme is called, or else the column, as is
    the one that the user calls by its name."""
    fields = {}
    for name, column in columns.items():
        scheme = column.get("scheme_id") if isinstance(column, dict) else None
        named = name == emotion or scheme not in ("emotion", *_JOINED)
        field = name if named else scheme
        if field not in fields.values():
            fields[name] = field
    return fields


def _find_table(folder, name):
    """The file of a table, in a form that is data alone."""
    found = [folder / f"db.{name}{end}" for end in (".csv", ".parquet")]
    place = next((p for p in found if p.is_file()), None)
    if place is None:
        pickled = (folder / f"db.{name}.pkl").is_file()
        but = "is there as a pickle alone, which is never opened"
        raise ValueError(
            f"Expected {found[0].name} or {found[1].name} in {folder}, but the "
            f"table {but if pickled else 'is not there'}. Save the database "
            "with storage_format='csv'."
        )
    return place


def _read_table(folder, name, fields):
    place = _find_table(folder, name)
    rows = read_rows(place)
    lost = [column for column in fields if column not in rows]
    if lost or "file" not in rows:
        raise ValueError(
            f"Expected the columns file, {', '.join(fields)} in {place}, as "
            f"{HEADER} says, but it has {list_names(rows, 20)}. Restore it."
        )
    kept = [c for c in ("file", "start", "end", *fields) if c in rows]
    return rows[kept].rename(columns=fields), place


def _find_split(table, header, path):
    """The official split of a table; empty if it is that of none, or of a kind
    that neither trains nor tests."""
    split = table.get("split_id")
    kind = _part(header, "splits", path).get(split) or {}
    return find_split(str(kind.get("type", split))) if split else ""


def _join(rows, other, key, fields, place):
    """Further columns by a common one, of which each has one value."""
    others = other.loc[other[key] != "", [key, *sorted(fields)]]
    others = others.drop_duplicates()
    twice = others[key][others[key].duplicated()].unique()
    if len(twice):
        raise ValueError(
            f"Expected one {' and one '.join(sorted(fields))} of each {key} in "
            f"{place}, but there are several of {list_names(twice)}. Say them "
            "in the table of emotions, row by row."
        )
    others = others.set_index(key)
    found = {f: rows[key].map(others[f]).fillna("") for f in sorted(fields)}
    return rows.assign(**found)


def _with_speakers(rows, header, folder, sources, path):
    """Gender and language stand with the speaker, in the scheme or in a table
    that it names."""
    scheme = _part(_part(header, "schemes", path), "speaker", path)
    labels = scheme.get("labels")
    if "speaker" not in rows or not labels:
        return rows
    place = path
    if isinstance(labels, str):
        place = _find_table(folder, labels)
        other = read_rows(place)
        other = other.rename(columns={other.columns[0]: "speaker"})
        sources.append(place)
    elif isinstance(labels, dict):
        known = [
            {"speaker": str(name)} | {str(k): str(v) for k, v in facts.items()}
            for name, facts in labels.items()
            if isinstance(facts, dict)
        ]
        other = pandas.DataFrame(known, dtype=object).fillna("")
    else:
        return rows
    fields = {"gender", "language"} & set(other) - set(rows)
    return _join(rows, other, "speaker", fields, place) if fields else rows
