"""What a preparation leaves in the hyperparameters."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from records import make_record

from speechbrain_zsfuse.evaluation.record import read_record, write_record
from speechbrain_zsfuse.experiment.run import prepare
from speechbrain_zsfuse.files import write_json, write_text

CERTIFICATE = {"corpus": "IEMOCAP", "release": "full release"}
RUN = make_record(["sad"])
CROP, TWICE = {"crop_seconds": 2.0}, {"audio_repeats": 2}
AUTO, FEW = {"audio_repeats": "auto"}, {"amplification": {"repeats": [1]}}


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


@pytest.mark.parametrize(
    "source, status",
    [
        ("emotion2vec/emotion2vec_base", "seen"),
        ("microsoft/wavlm-large", "clean"),
        ("results/mine", "unknown"),
        (None, None),  # from scratch
    ],
)
def test_an_encoder_that_has_heard_the_corpus_is_named(
    source, status, tmp_path, caplog
):
    def prepare_tiny(data_folder, manifest_folder, **options):
        write_json(Path(manifest_folder) / "certificate.json", CERTIFICATE)
        return {}

    encoder = {"class": "a.Encoder", "source": source}
    write_record(tmp_path, RUN | {"encoder": encoder})
    hparams = {"data_folder": "corpus", "output_folder": str(tmp_path)}
    hparams |= {"preparation": {}, "download": False}
    hparams |= {"allow_mismatch": True, "audio_cache": None}
    prepare(prepare_tiny, hparams)
    found = read_record(tmp_path).contamination["encoder"]
    assert (found and found["status"]) == status
    said = "Of the encoder: IEMOCAP is in the training data of emotion2vec"
    assert (said in caplog.text) is (status == "seen")
    assert ("Of the encoder" in caplog.text) is (status == "seen")


@pytest.mark.parametrize(
    "models, named",
    [
        ({"encoder": {"min_samples": 17000}}, "short"),
        ({"encoder": {"max_samples": 90000}, "clips": CROP}, None),
        ({"encoder": {"max_samples": 70000}, "clips": CROP}, "long"),
        ({"alm": {"max_samples": 90000}}, None),
        ({"alm": {"max_samples": 90000}, "zero_shot": TWICE}, "long"),
        ({"alm": {"max_samples": 90000}, "zero_shot": AUTO}, "long"),
        ({"alm": {"max_samples": 90000}, "zero_shot": AUTO} | FEW, None),
        ({"alm": {"min_samples": 17000}, "zero_shot": TWICE}, None),
        ({"alm": {"min_samples": 17000}, "zero_shot": AUTO}, "short"),
        ({"alm": {"max_samples": 9}, "score_source": "another"}, None),
    ],
)
def test_clips_of_a_length_that_no_model_hears_end_the_preparation(
    models, named, tmp_path
):
    def prepare_tiny(data_folder, manifest_folder, **options):
        rows = ["ID,duration,wav"]
        for name, seconds in (("short", 1), ("long", 5)):
            rows.append(f"{name},{seconds},$data_root/{name}.wav")
            (tmp_path / f"{name}.wav").touch()
        (tmp_path / "test.csv").write_text("\n".join(rows))
        return {"test": str(tmp_path / "test.csv")}

    folders = dict.fromkeys(("data_folder", "output_folder"), str(tmp_path))
    hparams = {"preparation": {}, "download": False, "audio_cache": None}
    hparams |= {"allow_mismatch": False, **folders}
    for name, value in models.items():
        is_model = name in ("encoder", "alm")
        limits = {"sample_rate": 16000}
        hparams[name] = (
            SimpleNamespace(**limits, **value) if is_model else value
        )
    if named is None:
        prepare(prepare_tiny, hparams)
    else:
        with pytest.raises(ValueError, match=f"1 are not:\n  {named} "):
            prepare(prepare_tiny, hparams)
