"""From a folder of recordings to certified manifests. No code here knows a
corpus by name: what one is like stands in its definition, table or recipe.
"""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.corpora.certificate import (
        compare_counts as compare_counts,
        ids_hash as ids_hash,
    )
    from speechbrain_zsfuse.corpora.definitions.applying import (
        read_defined as read_defined,
    )
    from speechbrain_zsfuse.corpora.definitions.definition import (
        find_definition as find_definition,
        list_definitions as list_definitions,
    )
    from speechbrain_zsfuse.corpora.folds.dividing import divide as divide
    from speechbrain_zsfuse.corpora.folds.division import (
        Division as Division,
    )
    from speechbrain_zsfuse.corpora.labels import (
        choose_labels as choose_labels,
    )
    from speechbrain_zsfuse.corpora.manifests import (
        read_manifest as read_manifest,
    )
    from speechbrain_zsfuse.corpora.media.extraction import extract as extract
    from speechbrain_zsfuse.corpora.obtaining.download import obtain as obtain
    from speechbrain_zsfuse.corpora.obtaining.snapshots import (
        unpack_snapshot as unpack_snapshot,
    )
    from speechbrain_zsfuse.corpora.own.table import read_own as read_own
    from speechbrain_zsfuse.corpora.preparation import certify as certify
    from speechbrain_zsfuse.corpora.prepare import (
        prepare_corpus as prepare_corpus,
        prepare_reading as prepare_reading,
    )
    from speechbrain_zsfuse.corpora.reading import Reading as Reading
    from speechbrain_zsfuse.corpora.recordings.copies import (
        find_copies as find_copies,
    )
    from speechbrain_zsfuse.corpora.recordings.duplicates import (
        envelope as envelope,
        sounds_like as sounds_like,
    )
    from speechbrain_zsfuse.corpora.recordings.inspection import (
        Finding as Finding,
        inspect_file as inspect_file,
        inspect_files as inspect_files,
    )
    from speechbrain_zsfuse.corpora.roots import (
        check_outside as check_outside,
        replacements as replacements,
    )
    from speechbrain_zsfuse.corpora.sealing import (
        read_certificate as read_certificate,
        write_certificate as write_certificate,
    )
    from speechbrain_zsfuse.corpora.several.prepare import (
        prepare_corpora as prepare_corpora,
        prepare_several as prepare_several,
    )
    from speechbrain_zsfuse.corpora.speakers import (
        same_speaker as same_speaker,
    )
    from speechbrain_zsfuse.corpora.table import (
        check_ids as check_ids,
        found_so_far as found_so_far,
    )

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "Division": "folds.division",
        "Finding": "recordings.inspection",
        "Reading": "reading",
        "certify": "preparation",
        "check_ids": "table",
        "check_outside": "roots",
        "choose_labels": "labels",
        "compare_counts": "certificate",
        "divide": "folds.dividing",
        "envelope": "recordings.duplicates",
        "extract": "media.extraction",
        "find_copies": "recordings.copies",
        "find_definition": "definitions.definition",
        "found_so_far": "table",
        "ids_hash": "certificate",
        "inspect_file": "recordings.inspection",
        "inspect_files": "recordings.inspection",
        "list_definitions": "definitions.definition",
        "obtain": "obtaining.download",
        "prepare_corpora": "several.prepare",
        "prepare_corpus": "prepare",
        "prepare_reading": "prepare",
        "prepare_several": "several.prepare",
        "read_certificate": "sealing",
        "read_defined": "definitions.applying",
        "read_manifest": "manifests",
        "read_own": "own.table",
        "replacements": "roots",
        "same_speaker": "speakers",
        "sounds_like": "recordings.duplicates",
        "unpack_snapshot": "obtaining.snapshots",
        "write_certificate": "sealing",
    },
)
