"""Other people's files, read without running them: where they lie, weights,
pickles, tokenizers, and what names a model once it is loaded.
"""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.loading.fingerprint import (
        digest_of as digest_of,
        weights_digest as weights_digest,
    )
    from speechbrain_zsfuse.loading.fitting import (
        count_layers as count_layers,
        explain_sizes as explain_sizes,
        load_strictly as load_strictly,
        unloaded as unloaded,
    )
    from speechbrain_zsfuse.loading.pickles import read_pickle as read_pickle
    from speechbrain_zsfuse.loading.sources import (
        check_revision as check_revision,
        explain_missing as explain_missing,
        find_file as find_file,
    )
    from speechbrain_zsfuse.loading.tokenizers import (
        BYTE_VOCABULARY as BYTE_VOCABULARY,
        find_tokenizer as find_tokenizer,
        load_tokenizer as load_tokenizer,
        open_tokenizer as open_tokenizer,
        save_byte_tokenizer as save_byte_tokenizer,
    )
    from speechbrain_zsfuse.loading.weights import (
        open_checkpoint as open_checkpoint,
        read_weights as read_weights,
    )

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "BYTE_VOCABULARY": "tokenizers",
        "check_revision": "sources",
        "count_layers": "fitting",
        "digest_of": "fingerprint",
        "explain_missing": "sources",
        "explain_sizes": "fitting",
        "find_file": "sources",
        "find_tokenizer": "tokenizers",
        "load_strictly": "fitting",
        "load_tokenizer": "tokenizers",
        "open_checkpoint": "weights",
        "open_tokenizer": "tokenizers",
        "read_pickle": "pickles",
        "read_weights": "weights",
        "save_byte_tokenizer": "tokenizers",
        "unloaded": "fitting",
        "weights_digest": "fingerprint",
    },
)
