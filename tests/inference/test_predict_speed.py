"""The benchmark of ``zsfuse predict`` compares the same answers."""

import sys
from contextlib import redirect_stdout

import numpy as np
import pandas
import pytest
from places import ROOT

from speechbrain_zsfuse.cli import main


@pytest.fixture(scope="module")
def scripts():
    """Benchmark, and what it compares with; the other benchmarks are not
    imported."""
    sys.path.append(str(ROOT / "benchmarks"))
    import predict_by_hand
    import predict_speed

    yield predict_speed, predict_by_hand
    sys.path.remove(str(ROOT / "benchmarks"))


@pytest.fixture(scope="module")
def answers(scripts, tmp_path_factory):
    """Tables of both, of four clips."""
    benchmark, by_hand = scripts
    folder = tmp_path_factory.mktemp("speed")
    model = benchmark.make_model(folder / "model", tiny=True)
    clips = [str(path) for path in benchmark.make_clips(folder, 4)]
    ours, other = folder / "ours.csv", folder / "other.csv"
    command = ["predict", str(model), *clips, "--device", "cpu"]
    assert main([*command, "--out", str(ours)]) == 0
    with open(other, "w") as file, redirect_stdout(file):
        by_hand.main(model, clips)
    return [pandas.read_csv(path).set_index("path") for path in (ours, other)]


@pytest.mark.parametrize("kind", ["probability_", "zero_shot_"])
def test_both_give_the_same(scripts, answers, kind):
    benchmark, _ = scripts
    assert sum(name.startswith(kind) for name in answers[1]) == 4
    assert benchmark.differ(*answers, kind) < benchmark.TOLERANCE


def test_other_answers_are_noticed(scripts, answers):
    benchmark, _ = scripts
    ours, other = answers[0], answers[1].copy()
    other.iloc[0, other.columns.get_loc("zero_shot_sad")] += 0.5
    assert benchmark.differ(ours, other, "zero_shot_") == pytest.approx(
        0.5, abs=1e-3
    )
    other["prediction"] = "bored"
    assert benchmark.differ(ours, other, "zero_shot_") == float("inf")


def test_what_a_process_takes_is_measured(scripts, tmp_path):
    benchmark, _ = scripts
    commands = {
        name: [sys.executable, "-S", "-c", "print('path,n\\n1,2')"]
        for name in ("zsfuse predict", "by hand")
    }
    _, seconds = benchmark.race(commands, ["a", "b"], 2, tmp_path)
    assert np.shape(list(seconds.values())) == (2, 2, 4)
    assert np.min(list(seconds.values())) > 0
    with pytest.raises(SystemExit, match="no such day"):
        broken = "raise SystemExit('no such day')"
        benchmark.run([sys.executable, "-c", broken], tmp_path / "out")


def test_what_more_clips_take_is_told(scripts, capsys):
    benchmark, _ = scripts
    # One clip by the clock and of the CPU, then three clips.
    seconds = {"zsfuse predict": [(2, 4, 4, 8)], "by hand": [(3, 5, 7, 9)]}
    options = benchmark.parse(["--clips", "3", "--pairs", "1"])
    benchmark.report(options, seconds, [1e-7, 2e-7])
    told = capsys.readouterr().out
    assert "zsfuse predict    2.0      4.0      1.00     2.00" in told
    assert "by hand           3.0      5.0      0.50     2.00" in told
    assert "2.00 times as long (1.00 times the CPU)" in told
