"""Labels by Ray, on a cluster of two processors that is started here."""

import os
import sys
from pathlib import Path

import pandas
import pytest
from labelling import LABELS, ByName, NameChoice
from labelling_process import NAMES, plan_for

from speechbrain_zsfuse.inference.labelling import ray_data
from speechbrain_zsfuse.inference.labelling.folder import label_folder


@pytest.fixture(scope="module")
def cluster():
    """Its processes find what this one does; it listens to this machine."""
    pytest.importorskip("ray.data", reason="needs the extra [ray]")
    loaded = ray_data.load_ray()
    places = [path for path in sys.path if path]
    loaded.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        runtime_env={"env_vars": {"PYTHONPATH": os.pathsep.join(places)}},
    )
    loaded.data.DataContext.get_current().enable_progress_bars = False
    yield loaded
    loaded.shutdown()


def test_nothing_is_told_to_the_makers_of_ray(cluster):
    from ray._common.usage import usage_lib

    assert not usage_lib.usage_stats_enabled()


def test_two_workers_give_the_files_of_one_process(cluster, tmp_path):
    alone, together = tmp_path / "alone", tmp_path / "together"
    label_folder(plan_for(alone), ByName())
    done = []
    bad = ray_data.label_on_ray(
        plan_for(together), NameChoice(), "local", tell=done.append
    )
    assert bad == 2 and sorted(done) == [3, 4, 4]
    for folder in ("", "_bad"):
        tables = [
            pandas.read_parquet(one / folder) for one in (alone, together)
        ]
        pandas.testing.assert_frame_equal(*tables)
    again = []
    ray_data.label_on_ray(
        plan_for(together), NameChoice("none"), "local", tell=again.append
    )
    assert not again


def test_a_dataset_gets_columns(cluster):
    names = [{"path": f"{name}.wav", "label": "x"} for name in NAMES]
    dataset = cluster.data.from_items(names, override_num_blocks=3)
    choice = NameChoice()
    labelled = ray_data.label_dataset(dataset, choice, workers=2).to_pandas()
    assert sorted(labelled["path"]) == sorted(f"{name}.wav" for name in NAMES)
    assert {*labelled["label"]} == {"x"}
    rows = labelled.set_index("path").to_dict("index")
    model = ByName()
    for name in NAMES:
        row = rows[f"{name}.wav"]
        if name in ("bad1", "odd1"):
            assert row["error"].startswith("Cannot ")
            assert pandas.isna(row["prediction"])
            continue
        answer = model.answer(model.read(f"{name}.wav"))
        found = [row[f"probability_{label}"] for label in LABELS]
        assert found == pytest.approx(answer.probabilities, rel=1e-6)
        assert row["prediction"] == answer.label
        assert pandas.isna(row["error"])


def test_a_column_that_is_not_there_is_told():
    import pyarrow

    worker = ray_data._RowWorker(NameChoice(), "wav", 4, Path.cwd())
    with pytest.raises(ValueError, match="a column 'wav' of .*, but got path"):
        worker(pyarrow.table({"path": ["a.wav"]}))
