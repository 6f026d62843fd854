"""What a run says of itself is written, found, read and checked."""

import dataclasses
import json

import pytest

from speechbrain_zsfuse.evaluation.fields import OPTIONAL_FIELDS, RECORD_FIELDS
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_table,
    write_predictions,
)
from speechbrain_zsfuse.evaluation.record import (
    Record,
    find_records,
    read_record,
    write_record,
)
from speechbrain_zsfuse.evaluation.results import hash_results
from speechbrain_zsfuse.evaluation.summary import write_metrics

HASH = "0123456789abcdef" * 4
SOURCE = {
    "kind": "dual encoder",
    "class": "speechbrain_zsfuse.lobes.clsp.CLSP",
    "source": "yfyeung/CLSP",
    "fingerprint": HASH,
    "prompts": [["sad speech"], ["angry speech"]],
    "prompts_sha256": HASH,
    "audio_repeats": 1,
    "text_repeats": 1,
    "long_audio": "first",
}
RUN = {
    "format": 1,
    "version": "0.1.0",
    "corpus": "IEMOCAP",
    "release": "full release",
    "fold": 1,
    "labels": ["sad", "angry"],
    "seed": 1000,
    "experiment": "wavlm_clsp",
    "encoder": {
        "class": "speechbrain_zsfuse.encoders.ssl.SSLEncoder",
        "source": "microsoft/wavlm-base-plus",
    },
    "score_source": SOURCE,
    "loss": {"class": "speechbrain_zsfuse.losses.CrossEntropy"},
    "mismatch": ["one clip too few"],
    "signature": HASH,
    "code": {"train.py": HASH},
    "finished": True,
}
NULLS = ("corpus", "release", "fold", "experiment")
NULLS += ("encoder", "score_source", "loss")


def predictions(labels=("sad", "angry")):
    """Two clips, one right."""
    shares = [[0.75, 0.25], [0.75, 0.25]]
    return predictions_table(labels, "ab", "12", labels, shares)


def write_json(folder, content, name="run.json"):
    """JSON as it stands, unchecked."""
    (folder / name).write_text(json.dumps(content))


def test_a_run_is_read_as_it_was_written(tmp_path):
    path = write_record(tmp_path / "1000", RUN | {"hours": 2.5})
    assert path == tmp_path / "1000" / "run.json"
    record = read_record(path.parent)
    assert {name: getattr(record, name) for name in RUN if name != "format"} | {
        "format": 1
    } == RUN
    assert record.folder == path.parent
    assert record.metrics is None
    assert record.more == {"hours": 2.5}
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.seed = 2000


def test_the_record_has_the_fields_of_the_file():
    names = {field.name for field in dataclasses.fields(Record)}
    known = {*RECORD_FIELDS, *OPTIONAL_FIELDS} - {"format"}
    assert names == known | {"folder", "metrics", "more"}
    assert set(RUN) == set(RECORD_FIELDS)


@pytest.mark.parametrize("name", NULLS)
def test_what_does_not_apply_is_null(name, tmp_path):
    write_record(tmp_path, RUN | {name: None})
    assert getattr(read_record(tmp_path), name) is None


def test_what_models_have_heard_is_in_the_record_of_this_version(tmp_path):
    write_record(tmp_path, RUN)  # as earlier versions did
    assert read_record(tmp_path).contamination == {}
    known = {"encoder": None, "score_source": {"status": "clean"}}
    write_record(tmp_path, RUN | {"contamination": known})
    assert read_record(tmp_path).contamination == known


def test_the_command_is_in_the_record_of_this_version(tmp_path):
    write_record(tmp_path, RUN)  # as earlier versions did
    assert read_record(tmp_path).command == []
    words = ["python", "train.py", "hparams/none.yaml"]
    write_record(tmp_path, RUN | {"command": words})
    assert read_record(tmp_path).command == words
    with pytest.raises(ValueError, match="`command` in .* a list of texts, bu"):
        write_record(tmp_path, RUN | {"command": "python train.py"})


def test_metrics_come_with_the_record(tmp_path):
    write_record(tmp_path, RUN)
    write_metrics(tmp_path, predictions(), seed=1000, valid={"epoch": 2})
    assert read_record(tmp_path).metrics["test"]["UAR"] == 0.5


def test_predictions_come_from_the_runs_folder(tmp_path):
    write_record(tmp_path, RUN)
    write_predictions(tmp_path / "predictions_test.csv", predictions())
    record = read_record(tmp_path)
    assert record.predictions()["prediction"].tolist() == ["sad", "sad"]
    with pytest.raises(FileNotFoundError, match="predictions_valid.csv, but"):
        record.predictions("valid")
    with pytest.raises(ValueError, match="one of valid, test, but got 'train'"):
        record.predictions("train")


def test_predictions_of_other_labels_or_another_order_are_refused(tmp_path):
    write_record(tmp_path, RUN)
    table = predictions(["angry", "sad"])
    write_predictions(tmp_path / "predictions_test.csv", table)
    with pytest.raises(ValueError) as error:
        read_record(tmp_path).predictions("test")
    assert str(error.value) == (
        "Expected probabilities of ['sad', 'angry'], in this order, as "
        f"{tmp_path}/run.json says, but those of {tmp_path}/"
        "predictions_test.csv are of ['angry', 'sad']. Evaluate the run again."
    )


@pytest.mark.parametrize("name", ["metrics.json", "predictions_test.csv"])
def test_results_that_are_not_as_written_are_refused(name, tmp_path):
    write_metrics(tmp_path, predictions(), seed=1000, valid={"epoch": 2})
    write_predictions(tmp_path / "predictions_test.csv", predictions())
    write_record(tmp_path, RUN | {"results": hash_results(tmp_path)})
    record = read_record(tmp_path)
    assert record.metrics["test"]["UAR"] == 0.5
    assert set(record.results) == {"metrics.json", "predictions_test.csv"}
    assert len(record.predictions()) == 2
    path = tmp_path / name
    path.write_text(path.read_text().replace("0.5", "0.6").replace("b,", "c,"))
    with pytest.raises(ValueError, match=f"{name} as run.json says, but it wa"):
        read_record(tmp_path).predictions()
    path.unlink()
    with pytest.raises(FileNotFoundError, match=f"{name} .* it is gone. Put"):
        read_record(tmp_path).predictions()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"format": 2}, "`format` in .* to be 1, the format of this version"),
        ({"format": True}, "`format` in .* but got True"),
        ({"version": None}, "`version` in .* to be a text, but got None"),
        ({"corpus": 3}, "`corpus` in .* to be a text or null, but got 3"),
        ({"fold": "1"}, "`fold` in .* a whole number or null, but got '1'"),
        ({"labels": []}, r"`labels` in .* different names, but got \[\]"),
        ({"labels": ["a", "a"]}, "`labels` in .* different names"),
        ({"labels": ["a", ""]}, "`labels` in .* different names"),
        ({"labels": "sad"}, "`labels` in .* but got 'sad'"),
        ({"seed": 1.0}, "`seed` in .* to be a whole number, but got 1.0"),
        ({"seed": True}, "`seed` in .* but got True"),
        ({"encoder": "WavLM"}, "`encoder` in .* an object or null, but got 'W"),
        ({"encoder": {"class": "a"}}, "`encoder.source` in .* is not there"),
        ({"loss": {}}, "`loss.class` in .* to be a text, but it is not there"),
        ({"mismatch": None}, "`mismatch` in .* a list of texts, but got None"),
        ({"mismatch": [1]}, r"`mismatch` in .* but got \[1\]"),
        ({"signature": "abc"}, "`signature` in .* 64 hexadecimal digits, but"),
        ({"signature": HASH + "\n"}, "`signature` in "),
        (
            {"contamination": {"encoder": {"status": "maybe"}}},
            r"`contamination` in .* a `status` \(clean, seen, unknown\)",
        ),
        ({"contamination": None}, "`contamination` in .* but got None"),
        ({"results": ["a"]}, "`results` in .* an object of sha256"),
        ({"code": {"train.py": 1}}, "`code` in .* an object of sha256"),
        ({"finished": "yes"}, "`finished` in .* true or false, but got 'yes'"),
        (
            {"score_source": SOURCE | {"kind": None}},
            "`score_source.kind` in .* to be a text, but got None",
        ),
        (
            {"score_source": SOURCE | {"prompts": ["sad speech"]}},
            "`score_source.prompts` in .* lists of texts or null",
        ),
        (
            {"score_source": SOURCE | {"audio_repeats": 0}},
            "`score_source.audio_repeats` in .* a whole number above 0 or null",
        ),
        (
            {"score_source": SOURCE | {"ensemble": ["learned"]}},
            "`score_source.ensemble` in .* to be a text or null, but got",
        ),
        (
            {"score_source": SOURCE | {"weights": [0.5, "0.5"]}},
            "`score_source.weights` in .* a list of numbers or null, but got",
        ),
    ],
)
def test_a_bad_field_is_named_by_reader_and_writer(change, message, tmp_path):
    written = tmp_path / "written"
    with pytest.raises(ValueError, match=f"^Expected {message}") as error:
        write_record(written, RUN | change)
    assert not written.exists()
    assert f"{written}/run.json" in str(error.value)
    write_json(tmp_path, RUN | change)
    with pytest.raises(ValueError, match=message) as error:
        read_record(tmp_path)
    assert f"{tmp_path}/run.json" in str(error.value)
    assert "Run the recipe again, or correct the file." in str(error.value)


@pytest.mark.parametrize("name", RUN)
def test_a_field_that_is_not_there_is_named(name, tmp_path):
    write_json(tmp_path, {key: RUN[key] for key in RUN if key != name})
    with pytest.raises(ValueError, match=f"`{name}` in .*it is not there"):
        read_record(tmp_path)


@pytest.mark.parametrize(
    "text, message",
    [
        ('{"format": 1', "a JSON object in .*run.json, but it cannot be read"),
        ('{"seed": 1, "seed": 2}', "cannot be read: the key 'seed' stands"),
        ('{"format": NaN}', "NaN is no number of JSON"),
        ("[1]", r"Expected a JSON object in .*run.json, but got \[1\]"),
    ],
)
def test_a_file_that_is_no_record(text, message, tmp_path):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_record(tmp_path)


def test_a_folder_without_a_record(tmp_path):
    with pytest.raises(FileNotFoundError, match="but there is no run.json. Gi"):
        read_record(tmp_path)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"seed": 2}, "`seed` in .*metrics.json to be 1000, as in run.json"),
        (
            {"labels": ["sad"]},
            "`labels` in .*metrics.json to be ..sad', 'angry",
        ),
        (
            {"test": None},
            "`test` in .*metrics.json to be an object, but got No",
        ),
    ],
)
def test_metrics_of_another_run_are_refused(change, message, tmp_path):
    write_record(tmp_path, RUN)
    metrics = {"labels": RUN["labels"], "seed": 1000, "test": {}, "valid": {}}
    write_json(tmp_path, metrics | change, "metrics.json")
    with pytest.raises(ValueError, match=message):
        read_record(tmp_path)


def test_runs_are_found_sorted_and_hidden_folders_are_skipped(tmp_path):
    for place in ("b/2000", "b/1000", "a/1000", ".trash/a/1000"):
        write_record(tmp_path / place, RUN)
    (tmp_path / "a" / "another_run.json").write_text("{}")
    folders = [record.folder for record in find_records(tmp_path)]
    names = [str(folder.relative_to(tmp_path)) for folder in folders]
    assert names == ["a/1000", "b/1000", "b/2000"]


def test_one_bad_record_is_not_skipped(tmp_path):
    write_record(tmp_path / "a", RUN)
    write_record(tmp_path / "b", RUN)
    (tmp_path / "b" / "run.json").write_text("{")
    with pytest.raises(ValueError, match="b/run.json, but it cannot be read"):
        find_records(tmp_path)


def test_a_results_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere, but there is none"):
        find_records(tmp_path / "nowhere")
