"""What came of an extraction, in words. Pure."""

import os

from speechbrain_zsfuse.errors import list_names, shorten

_EACH = 5  # files that are named by themselves


def tell(found, out):
    """A summary, and what is to be known of single files.

    Arguments
    ---------
    found : Extraction
    out : str or Path
        Where the files lie.

    Returns
    -------
    str

    Example
    -------
    >>> from speechbrain_zsfuse.corpora.media.extraction import Extraction
    >>> print(
    ...     tell(Extraction({"a.csv": {"rule": None}}, {"b": "it is …"}), "o")
    ... )
    o: 0 of 1 recordings are FLAC, 1 table or note is copied.
    b: it is …
    1 file could not be used.
    """
    media = {n: e for n, e in found.files.items() if e["rule"] is not None}
    texts, total = len(found.files) - len(media), len(media) + len(found.failed)
    told = f"{out}: {len(media):,} of {total:,} recordings are FLAC"
    if texts:
        what = "table or note is" if texts == 1 else "tables or notes are"
        told += f", {texts:,} {what} copied"
    if found.kept:
        told += f" ({found.kept:,} of all files were made before)"
    lines = [f"{told}."]
    several = [name for name, entry in media.items() if entry["streams"] > 1]
    damaged = [name for name, entry in media.items() if entry["damage"]]
    for names, what in (
        (several, "hold several sounds; the first was taken"),
        (damaged, "are damaged; what could be decoded was taken"),
        (found.found.ignored, "are left out, as the definition says"),
        (
            found.found.sounds,
            "can be read as they are, and stay where they lie",
        ),
    ):
        if names:
            lines.append(f"{len(names):,} {what}: {_names(names)}")
    return "\n".join([*lines, *_failures(found.failed)])


def _failures(failed):
    """A line each, or one for a reason of many."""
    if not failed:
        return []
    by_reason = {}
    for name, reason in failed.items():
        by_reason.setdefault(reason, []).append(_shown(name))
    lines = []
    for reason, names in by_reason.items():
        if len(names) > _EACH:
            lines.append(
                f"{len(names):,} files: {reason} ({list_names(names, 3)})"
            )
        else:
            lines += [f"{name}: {reason}" for name in names]
    count = "1 file" if len(failed) == 1 else f"{len(failed):,} files"
    return [shorten(lines, 20), f"{count} could not be used."]


def _names(names):
    return list_names(map(_shown, names), 3)


def _shown(name):
    """A name in one line, of bytes that a terminal can show."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return text if text.isprintable() else repr(text)
