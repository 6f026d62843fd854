"""What a preparation leaves in the hyperparameters."""

from pathlib import Path

import pytest

from speechbrain_zsfuse.experiment.run import prepare
from speechbrain_zsfuse.files import write_json, write_text


@pytest.mark.parametrize("lines", [[], ["one clip too few", "another rate"]])
def test_training_is_told_where_the_corpus_is_not_as_known(lines, tmp_path):
    clip = write_text(tmp_path / "a.wav", "sound")
    rows = f"ID,duration,wav\na,0.1,{clip}\n"
    manifest = str(write_text(tmp_path / "test.csv", rows))

    def prepare_tiny(data_folder, manifest_folder, **options):
        certificate = Path(manifest_folder) / "certificate.json"
        write_json(certificate, {"mismatch": lines})
        return {"test": manifest}

    hparams = {"data_folder": "corpus", "output_folder": str(tmp_path)}
    hparams |= {"preparation": {}, "download": False}
    hparams |= {"allow_mismatch": True, "audio_cache": None}
    assert prepare(prepare_tiny, hparams) == {"test": manifest}
    assert hparams["corpus_mismatch"] == lines
