"""Any corpus to manifests: a known one by its name, another by its table.

from corpora_prepare import prepare_corpora
prepare_corpora("/path/to/EmoDB", "manifests", corpus="emodb", labels=…)
"""

from speechbrain_zsfuse.corpora import prepare_corpus as prepare_corpora

__all__ = ["prepare_corpora"]
