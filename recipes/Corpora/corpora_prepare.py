"""Any corpus to manifests: a known one by its name, another by its table; or
several together, where data_folder is a dictionary.

    from corpora_prepare import prepare_corpora
    prepare_corpora("/path/to/EmoDB", "manifests", corpus="emodb", labels=…)

Most are definitions of the package (`zsfuse corpora`); those of ``READERS``
need code, which lies beside this file.
"""

from collections.abc import Mapping
from functools import wraps
from pathlib import Path

from m3ed_files import read_m3ed
from thai_ser_files import read_thai_ser

from speechbrain_zsfuse import corpora

READERS = {"m3ed": read_m3ed, "thaiser": read_thai_ser}
_OF_OTHERS = "release", "table", "columns", "speakers"


@wraps(corpora.prepare_corpora)
def prepare_corpora(data_folder, manifest_folder, *, corpus=None, **options):
    """Prepare a corpus of any kind, or several; see ``prepare_corpus``."""
    several = isinstance(data_folder, Mapping)
    if several:
        options["readers"] = READERS
    if several or corpus not in READERS:
        return corpora.prepare_corpora(
            data_folder, manifest_folder, corpus=corpus, **options
        )
    for name in _OF_OTHERS:
        if options.pop(name, None) is not None:
            raise ValueError(
                f"Expected no `{name}` for {corpus}, which has a reader of its "
                "own. Leave it out."
            )
    data_folder = Path(data_folder).resolve()
    reading = READERS[corpus](data_folder)
    return corpora.prepare_reading(
        reading, data_folder, manifest_folder, **options
    )
