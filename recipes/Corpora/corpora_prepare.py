"""Any corpus to manifests: a known one by its name, another by its table; or
several together, where data_folder is a dictionary.

    from corpora_prepare import prepare_corpora
    prepare_corpora("/path/to/EmoDB", "manifests", corpus="emodb", labels=…)

Most are definitions of the package (`zsfuse corpora`); those of ``READERS``
need code, which lies beside this file.
"""

from functools import wraps

from m3ed_files import read_m3ed
from thai_ser_files import read_thai_ser

from speechbrain_zsfuse import corpora

READERS = {"m3ed": read_m3ed, "thaiser": read_thai_ser}


@wraps(corpora.prepare_corpora)
def prepare_corpora(data_folder, manifest_folder, **options):
    """Prepare a corpus of any kind, or several; see ``prepare_corpus``."""
    return corpora.prepare_corpora(
        data_folder, manifest_folder, readers=READERS, **options
    )
