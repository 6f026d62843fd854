"""The RAVDESS recipe from end to end, on made-up voices and tiny models."""

import json
import re
import runpy
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas
import pytest
from forked import run_command, run_forked
from hyperpyyaml import load_hyperpyyaml
from places import ROOT
from recipe import (
    flags,
    output,
    run_apart,
    run_here,
    three_actor_options,
    tiny_options,
)
from recognised import check_same
from sklearn.metrics import balanced_accuracy_score
from tiny_ssl import save_ssl

from speechbrain_zsfuse.experiment.configuration.composition import (
    TAG,
    compose,
)
from speechbrain_zsfuse.inference import EmotionRecognizer

DEMO = ROOT / "recipes" / "RAVDESS" / "demo.py"
LABELS = ["neutral", "happy", "sad", "angry"]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
TORCHRUN += ["--nproc_per_node=2"]
YAMLS = sorted((ROOT / "recipes" / "RAVDESS" / "hparams").glob("*.yaml"))


@pytest.fixture
def options(three_actors, tiny_wavlm, tiny_clap, tmp_path):
    """Overrides that make any YAML run here: few clips and tiny models."""
    return three_actor_options(three_actors, tmp_path, tiny_wavlm, tiny_clap)


@pytest.fixture
def whole(ravdess, tiny_wavlm, tiny_clap, tmp_path):
    """The same on all 672 clips."""
    return tiny_options(ravdess, tmp_path, tiny_wavlm, tiny_clap)


@pytest.mark.parametrize("yaml", YAMLS, ids=lambda path: path.stem)
def test_every_yaml_runs_and_leaves_what_it_should(
    yaml, options, tiny_reclap, tiny_clsp, monkeypatch
):
    models = {"reclap": tiny_reclap, "clsp": tiny_clsp}
    name = yaml.stem.rpartition("_")[2]
    options["alm_source"] = models.get(name, options["alm_source"])
    run_here(monkeypatch, f"hparams/{yaml.name}", *flags(options))
    folder = output(options)
    for file in (
        "hyperparams.yaml",
        "run.json",
        "model.json",
        "code/train.py",
        "code/ravdess_prepare.py",
        "certificate.json",
        "train_log.txt",
        "predictions_valid.csv",
        "predictions_test.csv",
        "metrics.json",
    ):
        assert (folder / file).exists(), file
    check_metrics(folder, fused=name not in ("none", "ravdess"))
    assert json.loads((folder / "metrics.json").read_text())["corpus_mismatch"]
    recognizer = EmotionRecognizer.from_pretrained(folder, device="cpu")
    check_same(recognizer, folder, options["data_folder"])


def check_metrics(output, fused):
    """metrics.json says what the prediction files say."""
    found = json.loads((output / "metrics.json").read_text())
    assert ("test_zero_shot_alone" in found) == fused
    for split in ("valid", "test"):
        table = pandas.read_csv(output / f"predictions_{split}.csv")
        manifest = pandas.read_csv(output / f"{split}.csv")
        assert sorted(table["id"]) == sorted(manifest["ID"])
        columns = [f"probability_{label}" for label in LABELS]
        assert table[columns].sum(axis=1).to_numpy() == pytest.approx(1.0)
        named = table[columns].idxmax(axis=1).str.removeprefix("probability_")
        assert (named == table["prediction"]).all()
        uar = balanced_accuracy_score(table["label"], table["prediction"])
        assert found[split]["UAR"] == pytest.approx(uar, abs=1e-12)
        assert f"zero_shot_{LABELS[0]}" in table or not fused


def test_the_readmes_command_works_from_the_root(options):
    arguments = ["hparams/wavlm_clap.yaml", *flags(options)]
    done = run_forked(*arguments, folder=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^    1/1 .* best$", done.stdout, re.M)
    assert "Epoch      1, of the best validation UAR" in done.stdout


@pytest.mark.parametrize("name", ["wavlm_clap", "speechbrain_wavlm_clap"])
def test_the_saved_yaml_runs_again_by_itself(name, options, monkeypatch):
    run_here(monkeypatch, f"hparams/{name}.yaml", *flags(options))
    folder = output(options)
    before = (folder / "predictions_test.csv").read_bytes()
    (folder / "predictions_test.csv").unlink()
    run_here(monkeypatch, folder / "hyperparams.yaml", "--test_only")
    assert (folder / "predictions_test.csv").read_bytes() == before


def test_speechbrains_wrapper_trains_alike(options, monkeypatch):
    tables = []
    for name in ("wavlm_clap", "speechbrain_wavlm_clap"):
        changed = options | {"experiment": name, "lr": 0.01}
        run_here(monkeypatch, f"hparams/{name}.yaml", *flags(changed))
        tables.append((output(changed) / "predictions_test.csv").read_bytes())
    assert tables[0] == tables[1]


def test_another_seed_of_a_saved_yaml_is_another_run(options, monkeypatch):
    run_here(monkeypatch, "hparams/small_none.yaml", *flags(options))
    saved = output(options) / "hyperparams.yaml"
    run_here(monkeypatch, saved, "--seed=2000")
    first, second = (
        (output(options, seed) / "predictions_test.csv").read_bytes()
        for seed in (1000, 2000)
    )
    assert first != second


@pytest.mark.parametrize("whole", [True, False])
def test_a_run_is_used_after_a_move_and_from_elsewhere(
    whole, options, tmp_path, monkeypatch
):
    options["results_folder"] = "relative"
    monkeypatch.chdir(tmp_path)
    run_here(monkeypatch, "hparams/small_clap.yaml", *flags(options))
    options["results_folder"] = tmp_path / "relative"
    before = (output(options) / "predictions_test.csv").read_bytes()
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "stand").mkdir(parents=True)
    if whole:
        (tmp_path / "relative").rename(elsewhere / "results")
        moved = elsewhere / "results" / "test" / "fold1" / "1000"
    else:
        moved = output(options).rename(elsewhere / "alone")
    (moved / "predictions_test.csv").unlink()
    monkeypatch.chdir(elsewhere / "stand")
    run_here(monkeypatch, moved / "hyperparams.yaml", "--test_only")
    assert (moved / "predictions_test.csv").read_bytes() == before
    assert not list((elsewhere / "stand").iterdir())
    assert not output(options).exists()


def test_a_finished_run_is_finished(whole, monkeypatch, capsys):
    arguments = ["hparams/small_none.yaml", *flags(whole)]
    run_here(monkeypatch, *arguments)
    folder = output(whole)
    record = json.loads((folder / "run.json").read_text())
    assert record["finished"] and record["fold"] == 1
    assert record["corpus"] == "RAVDESS" and record["score_source"] is None
    _, script, *words = record["command"]
    assert (
        Path(script).name == "train.py" and words[: len(arguments)] == arguments
    )
    assert not list(folder.glob(".lock.json"))

    def contents():
        return {
            path: path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and path.name != "hyperparams.yaml"
        }

    before = contents()
    for name in ("train.csv", "valid.csv", "test.csv"):
        (folder / name).unlink()  # nothing is read, so nothing is missed
    capsys.readouterr()
    run_here(monkeypatch, *arguments)
    printed = capsys.readouterr().out
    assert "% (unweighted average recall), of " in printed
    assert "Finished before. Add --test_only" in printed
    assert "--test_only" in printed
    assert contents().items() <= before.items()
    run_here(monkeypatch, *arguments, "--test_only")
    test = (folder / "predictions_test.csv", folder / "metrics.json")
    assert [path.read_bytes() for path in test] == [before[p] for p in test]
    (folder / "predictions_valid.csv").write_text("edited")
    with pytest.raises(ValueError, match="predictions_valid.csv as run.json"):
        run_here(monkeypatch, *arguments)


def test_other_settings_of_a_finished_run_are_told(options, monkeypatch):
    arguments = ["hparams/small_none.yaml", *flags(options)]
    run_here(monkeypatch, *arguments)
    with pytest.raises(ValueError, match="lr: 0.001 there, 0.5 now"):
        run_here(monkeypatch, *arguments, "--lr=0.5")


def test_choices_have_folders_of_their_own(whole, monkeypatch):
    del whole["experiment"]
    del whole["alm_source"]
    whole |= {"lr": 0.002, "fold": 2}
    run_here(monkeypatch, "hparams/ravdess.yaml+small", *flags(whole))
    [folder] = Path(whole["results_folder"]).glob("small*/fold2/1000")
    name = folder.parent.parent.name
    assert name.startswith("small,") and ",lr=0.002" in name
    record = json.loads((folder / "run.json").read_text())
    assert record["fold"] == 2 and record["experiment"] == name


def test_the_fold_is_set_where_it_stands(whole, monkeypatch):
    arguments = ["hparams/small_none.yaml", *flags(whole)]
    with pytest.raises(ValueError, match="Expected --fold=….*preparation.fold"):
        run_here(monkeypatch, *arguments, "--preparation={fold: 2}")


def test_a_corpus_that_is_not_there_costs_no_model(options, monkeypatch):
    nowhere = flags(options, data_folder="/no/corpus", encoder_source="a/b")
    with pytest.raises(FileNotFoundError, match="Expected the corpus in /no/"):
        run_here(monkeypatch, "hparams/wavlm_none.yaml", *nowhere)


def test_only_without_a_checkpoint_is_an_error(options, monkeypatch):
    arguments = ["hparams/wavlm_none.yaml", *flags(options), "--test_only"]
    with pytest.raises(FileNotFoundError, match="leave out --test_only"):
        run_here(monkeypatch, *arguments)


def test_the_readmes_other_choices_train(options, tmp_path, monkeypatch):
    readme = (ROOT / "recipes/RAVDESS/README.md").read_text(encoding="utf-8")
    text = re.search(r"```yaml\n(.*?)```", readme, re.S)[1]
    yaml = tmp_path / "mine.yaml"
    yaml.write_text(text)
    run_here(monkeypatch, yaml, *flags(options))
    check_metrics(output(options), fused=True)
    saved = (output(options) / "hyperparams.yaml").read_text()
    assert "WeightedFocal" in saved and "AttentiveStatistics" in saved


def test_debug_touches_no_result(options, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "aside"))
    (tmp_path / "aside").mkdir()
    arguments = ["hparams/wavlm_none.yaml", *flags(options), "--debug"]
    run_here(monkeypatch, *arguments)
    assert not output(options).exists()
    [aside] = (tmp_path / "aside").glob("zsfuse-debug-*")
    left = {path.name for path in aside.iterdir()}
    assert "hyperparams.yaml" in left and "metrics.json" not in left


def test_checkpoints_within_an_epoch_are_no_candidates(options, monkeypatch):
    options["loader"] = "{num_workers: 0, batch_size: 2}"  # 4 batches
    arguments = ["hparams/small_none.yaml", *flags(options)]
    run_here(monkeypatch, *arguments, "--ckpt_interval_steps=2")
    check_metrics(output(options), fused=False)


def test_a_process_without_evaluation_batches_does_not_block(options):
    loader = "{num_workers: 0, batch_size: 8}"  # one evaluation batch
    done = run_apart(
        "hparams/small_none.yaml",
        *flags(options, loader=loader),
        launcher=TORCHRUN,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    check_metrics(output(options), fused=False)


def test_both_arms_start_from_the_same_weights(options):
    overrides = "\n".join(f"{key}: {value}" for key, value in options.items())
    starts = []
    for name in ("wavlm_none", "wavlm_clap"):
        text = compose(ROOT / "recipes/RAVDESS/hparams" / f"{name}.yaml")
        hparams = load_hyperpyyaml(text, overrides)
        starts.append(hparams["head"].linear.weight.detach())
    assert (starts[0] == starts[1]).all()


def test_layer_drop_and_base_models_train_too(options, tmp_path, monkeypatch):
    source = save_ssl(tmp_path / "hubert", "hubert", large=False)
    changed = flags(options, encoder_source=source)
    run_here(monkeypatch, "hparams/hubert_none.yaml", *changed)
    check_metrics(output(options), fused=False)


def test_two_processes_give_the_uar_of_one(options, tmp_path):
    yaml = "hparams/wavlm_clap.yaml"
    # This model has no dropout, whose draws would differ between processes.
    results = []
    for world, name in ((1, "one"), (2, "two")):
        changes = {"experiment": name, "lr": 0.01, "number_of_epochs": 2}
        changes["store_folder"] = tmp_path / f"answers of {name}"
        # Batches of 4 and 3 clips: the processes' shares are unequal.
        changes["loader"] = "{num_workers: 0, batch_size: 4}"
        arguments = flags(options, **changes)
        done = run_forked(yaml, *arguments, world=world)
        assert done.returncode == 0, done.stdout + done.stderr
        folder = output(options | {"experiment": name})
        metrics = json.loads((folder / "metrics.json").read_text())
        table = pandas.read_csv(folder / "predictions_test.csv")
        results.append((metrics, table))
    (one, one_table), (two, two_table) = results
    folders = [
        output(options | {"experiment": name}) for name in ("one", "two")
    ]
    check_metrics(folders[1], fused=True)
    one_scores, two_scores = (
        (folder / "zero_shot_scores.csv").read_bytes() for folder in folders
    )
    assert one_scores == two_scores
    assert one["test"] == two["test"]
    assert one["valid"]["UAR"] == two["valid"]["UAR"]
    numbers = one_table.select_dtypes("number").columns
    difference = (one_table[numbers] - two_table[numbers]).abs()
    assert difference.to_numpy().max() < 1e-4


def test_killed_and_started_again_gives_the_same_result(
    options, tmp_path, monkeypatch
):
    yaml = "hparams/small_none.yaml"  # with dropout
    options["number_of_epochs"] = 3
    run_here(monkeypatch, yaml, *flags(options, experiment="whole"))
    killed = tmp_path / "killed.yaml"
    killed.write_text(
        f"base: {TAG} [small_none]\n"
        "train_logger: !new:killed_logger.KilledLogger\n"
        "    save_file: !ref <output_folder>/train_log.txt\n"
    )
    done = run_forked(killed, *flags(options))
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    assert not (output(options) / "metrics.json").exists()
    run_here(monkeypatch, yaml, *flags(options))
    check_metrics(output(options), fused=False)
    for name in ("predictions_valid.csv", "predictions_test.csv"):
        whole = output(options | {"experiment": "whole"}) / name
        assert (output(options) / name).read_bytes() == whole.read_bytes()


def run_into(words, stdout, stderr):
    """As ``subprocess.run``, from the server."""
    done = run_command(words)
    stdout.write(done.stdout + done.stderr)
    return done


def test_the_demo_in_miniature(
    ravdess, tiny_wavlm, tiny_clap, tmp_path, monkeypatch, capsys
):
    demo = tmp_path / "demo"
    demo.mkdir()
    for name, target in (
        ("corpus", ravdess),
        ("wavlm", tiny_wavlm),
        ("clap", tiny_clap),
    ):
        (demo / name).symlink_to(target, target_is_directory=True)
    arguments = ["--folder", str(demo), "--epochs=1", "--seeds", "1000", "2000"]
    monkeypatch.setattr(subprocess, "run", run_into)
    monkeypatch.setattr(sys, "argv", [str(DEMO), *arguments])
    runpy.run_path(str(DEMO))["main"]()
    told = capsys.readouterr().out
    assert "336 test clips of 12 made-up speakers" in told
    assert "ZS-Fuse and FM alone on the same clips: " in told
    assert f"all that the results say: zsfuse table {demo}\n" in told
    metrics = [
        json.loads((demo / "zsfuse" / seed / "metrics.json").read_text())
        for seed in ("1000", "2000")
    ]
    # The demo calls its CLAP's scores zero-shot, and says why it may.
    heard = metrics[0]["contamination"]["score_source"]
    assert heard["status"] == "clean" and heard["corpus"] == "made-up voices"
    assert heard["note"] == "trained on other made-up voices alone"
    uars = [one["test"]["UAR"] for one in metrics]
    row = re.search(r"ZS-Fuse .*?(\d\.\d+) ± +(\S+) +2", told)
    assert float(row[1]) == pytest.approx(sum(uars) / 2, abs=6e-4)
    spread = abs(uars[0] - uars[1]) / 2**0.5  # ddof=1, n=2
    assert float(row[2]) == pytest.approx(spread, abs=6e-4)


def test_the_demo_says_in_words_that_its_folder_holds_another(tmp_path):
    (tmp_path / "corpus_seed.txt").write_text("1\n")
    words = [sys.executable, DEMO, "--folder", tmp_path, "--corpus_seed=2"]
    done = run_command(words)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        f"demo.py: {tmp_path} holds the corpus of seed '1', but seed 2 was "
        "asked for. Give another --folder."
    )
