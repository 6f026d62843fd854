"""What a preparation leaves in the hyperparameters."""

from pathlib import Path

import pytest

from speechbrain_zsfuse.experiment.run import prepare
from speechbrain_zsfuse.files import write_json


@pytest.mark.parametrize("lines", [[], ["one clip too few", "another rate"]])
def test_training_is_told_where_the_corpus_is_not_as_known(lines, tmp_path):
    def prepare_tiny(data_folder, manifest_folder, **options):
        certificate = Path(manifest_folder) / "certificate.json"
        write_json(certificate, {"mismatch": lines})
        return {"test": "test.csv"}

    hparams = {"data_folder": "corpus", "output_folder": str(tmp_path)}
    hparams |= {"preparation": {}, "download": False}
    hparams |= {"allow_mismatch": True, "audio_cache": None}
    assert prepare(prepare_tiny, hparams) == {"test": "test.csv"}
    assert hparams["corpus_mismatch"] == lines
