"""A folder of labels: killed and gone on with, shared, refused."""

import json
import multiprocessing
import os
import signal
import time

import pandas
import pytest
from labelling import ByName
from labelling_process import NAMES, die_at, hang, plan_for, share

from speechbrain_zsfuse.inference.labelling.folder import label_folder

# Nothing heavy is imported by what these processes run.
SPAWN = multiprocessing.get_context("spawn")


def rows(folder):
    tables = [pandas.read_parquet(folder)]
    tables.append(pandas.read_parquet(folder / "_bad"))
    return [table.to_dict("list") for table in tables]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labels") / "labels.parquet"
    assert label_folder(plan_for(folder), ByName()) == 2
    return rows(folder)


def state(folder):
    return {
        path: (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in folder.glob("*.parquet")
    }


# ---------------------------------------------------------------- SIGKILL
@pytest.mark.parametrize("moment", ["model", "bad table", "table", "renamed"])
def test_a_killed_process_leaves_nothing_twice_and_nothing_out(
    tmp_path, uninterrupted, moment
):
    folder = tmp_path / "labels.parquet"
    process = SPAWN.Process(target=die_at, args=(folder, moment))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    done = 2 if moment == "renamed" else 1
    finished = state(folder)
    assert len(finished) == done
    labeller = ByName()
    assert label_folder(plan_for(folder), labeller) == 2
    assert rows(folder) == uninterrupted
    assert finished.items() <= state(folder).items()
    left = {f"{name}.wav" for name in NAMES[4 * done :]}
    assert {*labeller.read_paths} == left
    assert len(labeller.read_paths) == len(left)
    hidden = [p.name for p in folder.rglob(".*")]
    assert not hidden


def test_what_is_done_is_not_done_again(tmp_path, uninterrupted):
    folder = tmp_path / "labels.parquet"
    label_folder(plan_for(folder), ByName())
    before = state(folder)
    again = ByName()
    assert label_folder(plan_for(folder), again) == 2
    assert not again.read_paths
    assert state(folder) == before


def test_a_part_that_is_gone_is_done_again(tmp_path, uninterrupted):
    """So a repaired recording is taken in."""
    folder = tmp_path / "labels.parquet"
    label_folder(plan_for(folder), ByName())
    (folder / "part-00000.parquet").unlink()

    class Repaired(ByName):
        def read(self, path):
            return super().read(path.replace("bad1", "good"))

    assert label_folder(plan_for(folder), Repaired()) == 1
    bad = pandas.read_parquet(folder / "_bad")
    assert bad["id"].tolist() == ["odd1"]


# ---------------------------------------------------------------- processes
def test_processes_share_the_parts_and_give_the_same_files(
    tmp_path, uninterrupted
):
    folder = tmp_path / "labels.parquet"
    outs = [tmp_path / f"{rank}.json" for rank in range(3)]
    processes = [
        SPAWN.Process(target=share, args=(folder, out, rank, 0.05))
        for rank, out in enumerate(outs)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    read = [path for out in outs for path in json.loads(out.read_text())]
    assert sorted(read) == sorted(f"{name}.wav" for name in NAMES)
    assert rows(folder) == uninterrupted


def test_the_part_of_a_process_that_is_killed_is_done_by_another(
    tmp_path, uninterrupted
):
    folder = tmp_path / "labels.parquet"
    plan = plan_for(folder)
    sign = tmp_path / "begun"
    process = SPAWN.Process(target=hang, args=(folder, sign))
    process.start()
    while not sign.exists():
        time.sleep(0.01)
    with plan.take(0) as mine:
        assert not mine
    os.kill(process.pid, signal.SIGKILL)
    assert label_folder(plan, ByName(), rank=1, world=3) == 2
    assert rows(folder) == uninterrupted


# ---------------------------------------------------------------- refused
@pytest.mark.parametrize(
    "changed, message",
    [
        ({"names": NAMES[1:]}, r"clips was .*'number': 11.* is .* 10"),
        ({"names": NAMES[::-1]}, "clips was .*sha256"),
        ({"labeller": ByName("two")}, "model was .*'one'.* is .*'two'"),
        ({"window": 2.0}, "window was None and is 2.0"),
    ],
)
def test_other_settings_are_refused_with_both_values(
    tmp_path, changed, message
):
    plan_for(tmp_path)
    with pytest.raises(ValueError, match=message):
        plan_for(tmp_path, **changed)


def test_a_damaged_plan_is_told(tmp_path):
    plan = plan_for(tmp_path)
    (plan.inside / "plan.json").write_text("{")
    with pytest.raises(ValueError, match="plan.json.* Delete the folder"):
        plan_for(tmp_path)


def test_the_model_is_named_in_each_file(tmp_path):
    from pyarrow import parquet

    label_folder(plan_for(tmp_path), ByName())
    schema = parquet.read_schema(tmp_path / "part-00001.parquet")
    facts = json.loads(schema.metadata[b"speechbrain_zsfuse"])
    assert facts["model"] == {"sha256": "one"} and facts["bad"] == 1
