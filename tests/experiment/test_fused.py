"""Table II from a command: which runs there are, what is done once and what is
told; the runs themselves are made up here."""

import json
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas
import pytest
import soundfile
import studied
from places import ROOT
from records import make_record
from studied import LABELS

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.evaluation import (
    predictions_table,
    write_metrics,
    write_predictions,
    write_record,
)
from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.experiment.configuration.arguments import (
    parse_arguments,
)
from speechbrain_zsfuse.experiment.configuration.references import resolve
from speechbrain_zsfuse.experiment.configuration.settings import signature
from speechbrain_zsfuse.experiment.fused.command import run_fused
from speechbrain_zsfuse.experiment.fused.plan import plan_runs
from speechbrain_zsfuse.experiment.launching import running
from speechbrain_zsfuse.experiment.launching.planned import PlannedRun
from speechbrain_zsfuse.experiment.launching.running import do_run
from speechbrain_zsfuse.experiment.resuming.facts import describe_clips
from speechbrain_zsfuse.experiment.resuming.inputs import check_inputs


class Trainer:
    """In the place of ``running.start``: makes up a run at once."""

    def __init__(self):
        self.trained, self.failing, self.last = [], (), None

    def __call__(self, command, log, resources):
        if self.last is not None and len(self.trained) == self.last:
            raise KeyboardInterrupt
        _, recipe, *words = command
        text, _ = parse_arguments(words, recipe)
        values = resolve(text)
        cell = Cell(*(values["zero_shot"][name] for name in Cell._fields))
        scored, seed = values["alm"] is not None, values["seed"]
        self.trained.append((cell if scored else None, seed))
        if (cell, seed) in self.failing and scored:
            with open(log, "a") as file:
                file.write("Expected a microphone, but it is broken.\n")
            return 2
        write_run(
            Path(values["output_folder"]),
            signature(text),
            cell,
            seed,
            scored,
        )
        return 0


def write_run(folder, settings, cell, seed, scored):
    """A finished run that is right on more clips with more text repeats."""
    source = {"kind": "dual encoder", "class": "x.Ear", "source": "the ear"}
    source |= dict.fromkeys(["fingerprint", "prompts", "prompts_sha256"])
    facts = {"corpus": "Little", "fold": 1, "seed": seed}
    facts |= {"encoder": {"class": "x.SSLEncoder", "source": "a/wavlm"}}
    facts |= {"score_source": source | cell._asdict() if scored else None}
    facts |= {"signature": settings, "finished": True}
    write_record(folder, make_record(LABELS, **facts))
    truth = np.array(LABELS * 10)
    ids = [f"{number:02}" for number in range(20)]
    for split in ("valid", "test"):
        wrong = 9 - 2 * cell.text_repeats - (seed == 2) if scored else 9
        sad = np.where(truth == "sad", 0.9, 0.1)
        sad[:wrong] = 1 - sad[:wrong]
        both = np.stack([sad, 1 - sad], axis=1)
        table = predictions_table(
            LABELS, ids, ids, truth, both, both if scored else None
        )
        write_predictions(folder / f"predictions_{split}.csv", table)
    write_metrics(folder, table, seed, {"epoch": 1, "UAR": 0.5})


@pytest.fixture
def trainer(monkeypatch):
    trainer = Trainer()
    monkeypatch.setattr(running, "start", trainer)
    return trainer


@pytest.fixture
def words(tmp_path, monkeypatch):
    """Command line of a study of the little recipe by its ear."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "little_prepare", raising=False)
    recipe = studied.make_recipe(tmp_path / "Little")
    (recipe / "train.py").write_text("")
    corpus = studied.make_corpus(tmp_path / "corpus")
    return [
        f"{recipe}/hparams/little.yaml+ear",
        f"--data_folder={corpus}",
        f"--results_folder={tmp_path}/results",
        "--noprogressbar",
    ]


def table(tmp_path, name="table_2.json"):
    [path] = (tmp_path / "results/study/Little/fused").rglob(name)
    return path.read_text()


def test_each_cell_that_differs_is_trained_once_a_seed(
    words, trainer, tmp_path, monkeypatch
):
    monkeypatch.setenv("RANK", "0")  # as a process of torchrun would see it
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    run_fused(words, "1,2", audio_repeats="1,2,3", text_repeats="1,4")
    # The ear hears no more than two repetitions.
    cells = {Cell(a, t) for a in (1, 2) for t in (1, 4)}
    assert len(trainer.trained) == len({*trainer.trained}) == 2 * (4 + 1)
    assert {cell for cell, _ in trainer.trained} == {*cells, None}
    assert {seed for _, seed in trainer.trained[:5]} == {1}, "seed by seed"
    told = json.loads(table(tmp_path))
    assert told["oracle"]["text_repeats"] == 4 and told["oracle"]["n"] == 2
    # Of 20 clips, 1 is wrong with seed 1 and 0 with seed 2.
    assert told["oracle"]["mean"] == pytest.approx(0.975)
    assert told["worst"]["mean"] == pytest.approx((0.65 + 0.7) / 2)
    assert told["no_alm"]["mean"] == pytest.approx(0.55)
    assert told["chosen_by_zero_shot"] == told["oracle"]
    assert told["correlation"]["cells"] == 4
    assert "wavlm + Ear | Little, fold 1 | a1xt4: 0.9750±0.0354, n=2" in table(
        tmp_path, "table_2.md"
    )
    assert "3x1 as 2x1" in table(tmp_path, "table_2.md")
    rows = pandas.read_csv(next((tmp_path / "results").rglob("table_2.csv")))
    assert (rows["which"] == "cell").sum() == 4


def test_what_is_finished_is_not_done_again(words, trainer, tmp_path):
    trainer.last = 3
    with pytest.raises(KeyboardInterrupt):
        run_fused(words, seeds="1", cells="1x1,1x2,2x2")
    trainer.last = None
    run_fused(words, seeds="1", cells="1x1,1x2,2x2")
    assert len(trainer.trained) == len({*trainer.trained}) == 4
    first = table(tmp_path)
    run_fused(words, seeds="1", cells="1x1,1x2,2x2")
    assert len(trainer.trained) == 4 and table(tmp_path) == first
    run_fused(words, seeds="1,2", cells="1x1,2x1")
    assert len(trainer.trained) == 4 + 1 + 1 + 2, "2x1 at 1; all at seed 2"


def test_other_settings_are_other_runs(words, trainer):
    run_fused(words, seeds="1", cells="1x1")
    run_fused([*words, "--lr=0.2"], seeds="1", cells="1x1")
    assert len(trainer.trained) == 4


def test_finished_runs_of_other_clips_do_not_count(words, trainer, tmp_path):
    run_fused(words, seeds="1", cells="1x1")
    corpus = tmp_path / "corpus"
    manifests = {split: corpus / f"{split}_1.csv" for split in studied.SPLITS}
    facts = describe_clips(manifests, corpus)
    for path in (tmp_path / "results").rglob("metrics.json"):
        check_inputs(path.parent, "clips", facts)
        (path.parent / "save" / "CKPT+1").mkdir(parents=True)
    run_fused(words, seeds="1", cells="1x1")
    soundfile.write(corpus / "3.wav", np.tile([0.1, -0.1], 3200), 16000)
    with pytest.raises(
        ValueError,
        match="to be trained on the clips of .*corpus, .*\n  clip c3:",
    ):
        run_fused(words, seeds="1,2", cells="1x1")
    assert len(trainer.trained) == 2, "said before anything is trained"


def test_failures_are_told_and_the_others_go_on(words, trainer, tmp_path):
    trainer.failing = [(Cell(1, 2), 1)]
    with pytest.raises(RuntimeError) as caught:
        run_fused(words, seeds="1,2", cells="1x1,1x2,1x3")
    said = str(caught.value)
    assert "Expected 8 finished runs, but 1 failed:" in said
    assert "Expected a microphone, but it is broken." in said
    assert "text_repeats=2" in said and "run the same command again" in said
    assert trainer.trained.count((Cell(1, 2), 1)) == 1, "no silent retry"
    assert [
        row["text_repeats"] for row in json.loads(table(tmp_path))["cells"]
    ] == [1, 3]
    markdown = table(tmp_path, "table_2.md")
    told = "\n\nLeft out, since runs of them are not finished: 1x2.\n\n"
    assert told in markdown, "a paragraph of its own"
    assert "it is broken." in markdown
    trainer.failing = ()
    run_fused(words, seeds="1,2", cells="1x1,1x2,1x3")
    assert len(trainer.trained) == 9
    assert "Failed" not in table(tmp_path, "table_2.md")


def test_without_a_whole_cell_there_is_no_table(words, trainer):
    trainer.failing = [(Cell(1, 1), 1)]
    with pytest.raises(
        RuntimeError, match="none is complete. Of those that fai"
    ):
        run_fused(words, seeds="1", cells="1x1")


@pytest.mark.parametrize(
    "options, expected",
    [
        ("--seed=3", "Expected no --seed with --fused, but got '3': give all"),
        ("--debug", "Expected no --debug with --fused, but got it: give it to"),
        ("--experiment=a", "Expected no --experiment with --fused"),
        ("--zero_shot={audio_repeats: 2}", "a dictionary without repeats"),
        ("--cells=1-1", "Expected --cells to be audio by text repeats"),
        ("--cells=0x1", "from 1 to 100, but got 0"),
        ("--cells=", "Expected --cells to be audio by text repeats"),
        ("--seeds=", "Expected --seeds to be whole numbers"),
        ("--alms=", "Expected no --alms with --fused"),
        ("--seeds=a", "Expected --seeds to be whole numbers"),
        ("--alms=ear,short", "Expected no --alms with --fused"),
        ("--folds=1,2", "give one: --fold=2"),
        ("--split=valid", "for runs are tested on test"),
    ],
)
def test_mistakes_are_told_before_anything_is_trained(
    words, trainer, options, expected, capsys
):
    assert main(["study", *words, "--fused", options]) == 2
    assert expected in capsys.readouterr().err
    assert not trainer.trained


def test_processes_of_torchrun_do_not_each_train_all(
    words, trainer, monkeypatch
):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ValueError, match="one process, but torchrun has start"):
        run_fused(words)
    assert not trainer.trained


def test_other_options_of_prompts_stay(words, trainer, tmp_path):
    words = [*words, "--zero_shot={templates: ['{label} speech']}"]
    assert main(["study", *words, "--fused", "--seeds=1", "--cells=1x2"]) == 0
    [folder] = json.loads(table(tmp_path))["runs"]["1x2"]
    assert "label-speech" in folder and "text_repeats=2" in folder
    [place] = (tmp_path / "results/study").rglob("table_2.json")
    assert "label-speech" in str(place) and "repeats" not in str(place)


SCRIPT = """
import sys, time
from pathlib import Path
from speechbrain_zsfuse.experiment.lock import lock_run
folder = Path(sys.argv[1])
lock_run(folder)
with open(folder / "starts", "a") as file:
    file.write("x")
while not (folder / "go").exists():
    time.sleep(0.05)
(folder / "end.json").write_text("{}")
"""


def note_run(folder):
    """A record with the settings of a signature of zeros."""
    folder.mkdir()
    write_record(folder, make_record())


SECOND = f"""
import subprocess, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
first = [sys.executable, "-c", {SCRIPT!r}, str(folder)]
subprocess.Popen(first, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
while not (folder / "starts").exists():
    time.sleep(0.05)
(folder / "go").touch()
sys.exit("Expected this folder for this run alone.")
"""


def test_a_run_that_another_program_has_just_begun_is_no_failure(tmp_path):
    script, folder = tmp_path / "train.py", tmp_path / "run"
    script.write_text(SECOND)
    note_run(folder)
    run = PlannedRun(script, [str(folder)], folder, "0" * 64)
    run.log.write_text("What the other has said.\n")
    do_run(run, "end.json")
    assert (folder / "starts").read_text() == "x", "it was not begun again"
    assert "What the other has said." in run.log.read_text()


def test_a_run_left_over_from_a_killed_program_is_waited_for(tmp_path):
    script, folder = tmp_path / "train.py", tmp_path / "run"
    script.write_text(SCRIPT)
    note_run(folder)
    command = [sys.executable, str(script), str(folder)]
    left = subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    while not (folder / "starts").exists():
        time.sleep(0.05)
    code = (
        "import sys; from pathlib import Path\n"
        "from speechbrain_zsfuse.experiment.launching.planned import "
        "PlannedRun\n"
        "from speechbrain_zsfuse.experiment.launching.running import do_run\n"
        "run = PlannedRun(*map(Path, sys.argv[1:2]), sys.argv[2:],"
        " Path(sys.argv[2]), '0' * 64)\n"
        "print('waiting', flush=True); do_run(run, 'end.json')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(script), str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as second:
        assert second.stdout.readline() == "waiting\n"
        (folder / "go").touch()
        assert second.wait() == 0 and left.wait() == 0
    assert (folder / "starts").read_text() == "x", "it was not begun again"


def test_a_run_that_ends_well_without_its_last_file_is_no_success(tmp_path):
    (tmp_path / "train.py").write_text("print('Nothing to do.')")
    run = PlannedRun(tmp_path / "train.py", [], tmp_path / "run", "0" * 64)
    with pytest.raises(RuntimeError, match="status 0. .*\nNothing to do."):
        do_run(run, "metrics.json")


@pytest.mark.parametrize(
    "head",
    [
        ("{fallback: validation}",),
        ("{affine: yes, fallback: validation}",),
        ("{affine: yes}", "base"),
        (None, "base"),
    ],
)
def test_the_baseline_has_no_scores_to_fall_back_from(head, tmp_path):
    option, *based = head
    hparams = ROOT / "recipes/RAVDESS/hparams"
    yaml = hparams / "wavlm_clap.yaml"
    if based:
        yaml = tmp_path / "guarded.yaml"
        yaml.write_text(
            "base: !applyref:speechbrain_zsfuse.base [wavlm_clap]\n"
            "head:\n    fallback: validation\n"
        )
    words = [str(yaml), f"--data_folder={tmp_path}"]
    words += [f"--head={option}"] if option else []
    script = ROOT / "recipes/RAVDESS/train.py"
    recipe = SimpleNamespace(script=script, prepare=None)
    plan = plan_runs(words, recipe, [Cell(1, 1)], [1])
    [[fused]], [alone] = plan.runs.values(), plan.baseline
    assert fused.falls_back and not alone.falls_back
    assert "alm=null" in str(alone.folder) and "alm" not in str(fused.folder)
