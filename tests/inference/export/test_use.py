"""An exported model is used as any other, smaller if need be."""

import json

import numpy as np
import pandas
import pytest
import torch
from exporting import needs_onnx, sounds

from speechbrain_zsfuse.audio.batch import ClipError
from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.evaluation.metrics.classification import (
    unweighted_average_recall,
)
from speechbrain_zsfuse.inference import EmotionRecognizer, OnnxRecognizer
from speechbrain_zsfuse.inference.demo.listening import Listener
from speechbrain_zsfuse.inference.export import compare_answers, smaller
from speechbrain_zsfuse.inference.labelling.models import ModelChoice


@pytest.fixture(scope="module")
def int8(exported_run):
    """Its copy in 8 bits."""
    return OnnxRecognizer(exported_run[0] / "int8")


@pytest.fixture(scope="module")
def truth(fused_run, few_voices):
    """Files of the test, and their emotions."""
    table = pandas.read_csv(fused_run / "test.csv")
    wavs = table["wav"].str.replace("$data_root", str(few_voices), regex=False)
    return list(wavs), list(table["emotion"])


def test_the_command_says_what_was_checked_and_measured(
    exported_run, exported, int8, truth
):
    folder, printed = exported_run
    names = {"recognizer.onnx", "alm.onnx", "onnx.json"}
    assert {path.name for path in folder.iterdir()} == names | {"int8"}
    assert {path.name for path in (folder / "int8").iterdir()} == names
    first, small, *rest = printed.splitlines()
    assert first.startswith(f"{folder}: the answers of PyTorch within ")
    assert small.startswith("int8: ")
    answers = [one.predict(truth[0]) for one in (exported, int8)]
    uars = [
        unweighted_average_recall(
            truth[1], [one.label for one in some], exported.labels
        )
        for some in answers
    ]
    told = f"UAR {uars[0]:.2%} becomes {uars[1]:.2%}, n = {len(truth[0])}."
    assert rest[-1] == told


def test_answers_of_the_test_are_those_of_the_run(exported, fused_run, truth):
    table = pandas.read_csv(fused_run / "predictions_test.csv")
    clips = pandas.read_csv(fused_run / "test.csv")["ID"]
    table = table.set_index("id").loc[clips]
    answers = exported.predict(truth[0])
    for name, rows in {
        "probability": [one.probabilities for one in answers],
        "zero_shot": [one.zero_shot for one in answers],
    }.items():
        wanted = table[[f"{name}_{one}" for one in exported.labels]]
        np.testing.assert_allclose(rows, wanted, atol=1e-4)


def test_interfaces_of_speechbrain(exported_run, fused):
    loaded = EmotionRecognizer.from_hparams(
        exported_run[0], run_opts={"device": "cpu"}
    )
    wavs, lens = torch.rand(2, 9000) - 0.5, torch.tensor([1.0, 0.5])
    wanted, given = (one.classify_batch(wavs, lens) for one in (fused, loaded))
    torch.testing.assert_close(given[0], wanted[0], atol=2e-5, rtol=0)
    assert given[3] == wanted[3]
    assert loaded.classify(sounds()[0], top_k=1)[0]["label"] in fused.labels
    with pytest.raises(ClipError, match="is too short"):
        loaded.classify_batch(torch.rand(1, 100))
    with pytest.raises(ValueError, match="gives probabilities alone"):
        loaded.encode_batch(wavs)


def test_predict_labels_with_it(
    exported_run, exported, truth, capsys, tmp_path
):
    folder = exported_run[0]
    some = truth[0][:2]
    assert main(["predict", str(folder), *some, "--format", "jsonl"]) == 0
    rows = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    wanted = exported.predict(some)
    assert [row["prediction"] for row in rows] == [one.label for one in wanted]
    pytest.importorskip("pyarrow", reason="needs the extra [parquet]")
    out = tmp_path / "labels.parquet"
    assert main(["predict", str(folder), *some, "--out", str(out)]) == 0
    table = pandas.read_parquet(next(out.glob("*.parquet")))
    assert list(table["prediction"]) == [one.label for one in wanted]


def test_a_folder_of_labels_knows_one_export_from_another(exported_run):
    folders = exported_run[0], exported_run[0] / "int8"
    one, other = (ModelChoice(str(path)).load().identity for path in folders)
    assert one != other
    assert one == ModelChoice(str(folders[0])).load().identity


def test_a_graph_does_not_do_what_a_model_does(
    exported_run, exported, tmp_path, capsys
):
    folder = str(exported_run[0])
    with pytest.raises(ValueError, match="they are fixed in its graph"):
        Listener(exported)
    for command, text in {
        "export": "but got OnnxRecognizer. Load the folder of a run",
        "publish": "Expected a run in",
    }.items():
        assert main([command, folder, str(tmp_path / command)]) == 2
        assert text in " ".join(capsys.readouterr().err.split())


def test_int8_is_smaller_and_its_loss_is_measured(exported, int8):
    sizes = [
        sum(path.stat().st_size for path in one.folder.glob("*.onnx"))
        for one in (exported, int8)
    ]
    assert sizes[1] < sizes[0]
    emotions = exported.labels  # one of each
    found = compare_answers(exported, int8, sounds(), emotions)
    rows = [
        np.array([a.probabilities for a in one.predict(sounds())])
        for one in (exported, int8)
    ]
    assert 0 < found["difference"] < 0.05
    difference = np.abs(rows[0] - rows[1]).max()
    assert found["difference"] == pytest.approx(difference, abs=1e-3)
    changed = (rows[0].argmax(1) != rows[1].argmax(1)).mean()
    assert (found["n"], found["changed"]) == (4, changed)


def test_weights_of_large_graphs_lie_beside_them(tmp_path, monkeypatch):
    needs_onnx()
    import onnxruntime

    from speechbrain_zsfuse.inference.export import writing

    monkeypatch.setattr(writing, "ONE_FILE", 1000)
    monkeypatch.setattr(smaller, "ONE_FILE", 1000)
    folder, layer = tmp_path / "onnx", torch.nn.Linear(64, 64)
    folder.mkdir()
    (folder / "onnx.json").write_text("{}")
    values = {"values": torch.rand(2, 64)}
    path = folder / "recognizer.onnx"
    writing._export(layer, values, {"values": (0,)}, ["sums"], path)
    smaller.quantise(folder, tmp_path / "int8")
    wanted = layer(values["values"]).detach().numpy()
    for where, tolerance in ((folder, 1e-6), (tmp_path / "int8", 0.02)):
        graph = where / "recognizer.onnx"
        beside = graph.with_name("recognizer.onnx.data")
        assert graph.stat().st_size < beside.stat().st_size
        given = onnxruntime.InferenceSession(graph).run(
            None, {"values": values["values"].numpy()}
        )
        np.testing.assert_allclose(given[0], wanted, atol=tolerance)
    assert smaller._bytes(tmp_path / "int8") < smaller._bytes(folder)
