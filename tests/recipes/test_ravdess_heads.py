"""Every head through the RAVDESS recipe, with a fallback and without."""

import json
import re

import pandas
import pytest
import torch
from forked import run_forked
from recipe import flags, output, run_here, three_actor_options
from sklearn.metrics import balanced_accuracy_score

from speechbrain_zsfuse.training import ZSFuseBrain

FALLBACK = "--head={fallback: validation}"
SURE = "--head={fallback: validation, temperature: 0.005}"
HEADS = ["scaled_concatenation", "gated_logit_addition", "log_linear_pooling"]


@pytest.fixture
def options(three_actors, tiny_clap, tmp_path):
    found = three_actor_options(three_actors, tmp_path, "none", tiny_clap)
    return found | {"number_of_epochs": 2}


@pytest.mark.parametrize("head", HEADS)
def test_a_head_lies_on_top_of_a_yaml(head, options, monkeypatch):
    options["precision"] = "bf16"
    arguments = flags(options)
    run_here(monkeypatch, f"hparams/small_clap.yaml+{head}", *arguments)
    fused = pandas.read_csv(output(options) / "predictions_test.csv")
    assert "zero_shot_sad" in fused
    options["experiment"] = "alone"
    arguments = flags(options)
    run_here(
        monkeypatch, f"hparams/small_clap.yaml+{head}", *arguments, "--alm=null"
    )
    alone = pandas.read_csv(output(options) / "predictions_test.csv")
    assert "zero_shot_sad" not in alone
    assert fused["id"].tolist() == alone["id"].tolist()
    assert (fused["probability_sad"] - alone["probability_sad"]).any()


def test_a_head_is_an_option_of_the_command_line(options, monkeypatch):
    head = (
        "!new:speechbrain_zsfuse.fusion.LogLinearPooling {input_size: !ref "
        "<pooling.output_size>, n_classes: !apply:len [!ref <labels>], "
        "weight: 0.2}"
    )
    arguments = [*flags(options), f"--head={head}"]
    run_here(monkeypatch, "hparams/small_clap.yaml", *arguments)
    saved = (output(options) / "hyperparams.yaml").read_text()
    assert "LogLinearPooling" in saved and "weight: 0.2" in saved
    metrics = json.loads((output(options) / "metrics.json").read_text())
    assert metrics["calibration"]["n"] == metrics["test"]["n"] == 7


def test_what_a_head_takes_is_checked_before_anything_is_read(
    options, monkeypatch
):
    arguments = [*flags(options), "--head={temperature: 0}"]
    message = "`head.temperature` to be a number above 0, but got 0"
    with pytest.raises(ValueError, match=message):
        run_here(
            monkeypatch,
            "hparams/small_clap.yaml+gated_logit_addition",
            *arguments,
        )


# --------------------------------------------------------------- fallback
def hearsay(options, *mistaken):
    """Scores that are right but for some actors; 1 is trained on."""
    labels = "[neutral, happy, sad, angry]"
    source = f"!new:fake_source.Hearsay {{labels: {labels}, mistaken: "
    options = {k: v for k, v in options.items() if k != "alm_source"}
    return options | {
        "score_source": f"{source}{list(mistaken)}}}",
        "lr": 0.02,
        "number_of_epochs": 4,
        "max_grad_norm": 0.5,
    }


def run_with_fallback(monkeypatch, options, *more, head=HEADS[1]):
    """Scores that differ by 0.1 decide, at such a temperature."""
    yaml = f"hparams/small_none.yaml+{head}"
    run_here(monkeypatch, yaml, *flags(options), SURE, *more)
    return read_run(output(options))


def read_run(folder):
    metrics = json.loads((folder / "metrics.json").read_text())
    tables = [
        pandas.read_csv(folder / f"predictions_{split}.csv")
        for split in ("valid", "test")
    ]
    return metrics, *tables


def check_tested(found, used):
    """The files are of the answer that validation found better."""
    metrics, *tables = found
    fallback = metrics["fallback"]
    assert fallback["used"] == used
    assert max(fallback["valid_UAR"].values()) == metrics["valid"]["UAR"]
    assert fallback["valid_UAR"][used] == metrics["valid"]["UAR"]
    for table, split in zip(tables, ("valid", "test")):
        uar = balanced_accuracy_score(table["label"], table["prediction"])
        assert metrics[split]["UAR"] == pytest.approx(uar, abs=1e-12)


def test_where_scores_help_validation_they_are_tested(
    options, monkeypatch, capsys
):
    found = run_with_fallback(monkeypatch, hearsay(options), head=HEADS[2])
    check_tested(found, "with_scores")
    said = " ".join(capsys.readouterr().out.split())
    uar = found[0]["fallback"]["valid_UAR"]
    assert (
        f"validation UAR {100 * uar['with_scores']:.1f} % with scores, "
        f"{100 * uar['without_scores']:.1f} % without: tested with scores"
    ) in said


def test_where_scores_hurt_validation_they_are_not(options, monkeypatch):
    """The scores of the test are right: it is not asked."""
    changed = hearsay(options, 2)
    found = run_with_fallback(monkeypatch, changed)
    check_tested(found, "without_scores")
    assert found[0]["fallback"]["valid_UAR"]["with_scores"] == 0
    assert found[0]["test_zero_shot_alone"]["UAR"] == 1
    log = (output(changed) / "train_log.txt").read_text()
    assert len(re.findall(r"UAR without scores %: \d", log)) == 4


@pytest.mark.parametrize("head", [None, HEADS[1]])
def test_a_fallback_leaves_the_training_of_the_rest_as_it_is(
    head, options, monkeypatch
):
    """To the last bit, where every step is clipped."""
    weights, logs = [], []
    yaml = "hparams/small_none.yaml" + (f"+{head}" if head else "")
    for name, more in (("plain", []), ("guarded", [FALLBACK])):
        changed = hearsay(options) | {"experiment": name, "max_grad_norm": 0.01}
        run_here(monkeypatch, yaml, *flags(changed), *more)
        log = (output(changed) / "train_log.txt").read_text()
        logs.append(re.sub(", valid UAR without scores %: [^,\n]+", "", log))
        [last, *_] = sorted(output(changed).glob("save/CKPT*"), reverse=True)
        files = [last / f"{part}.ckpt" for part in ("encoder", "head")]
        weights.append([torch.load(path) for path in files])
    plain, guarded = weights
    alone = {
        name: guarded[1].pop(name) for name in ("alone.weight", "alone.bias")
    }
    assert all(values.any() for values in alone.values())
    for one, other in zip(plain, guarded):
        assert one.keys() == other.keys()
        assert all((one[name] == other[name]).all() for name in one)
    first, second = (log.splitlines()[:4] for log in logs)
    assert first == second


def test_killed_and_resumed_it_decides_the_same(options, monkeypatch):
    folders = []
    for name, place in (("whole", None), ("killed", 2)):
        changed = hearsay(options, 2) | {"experiment": name}
        if place:
            with monkeypatch.context() as patch:
                stop_behind(place, patch)
                with pytest.raises(InterruptedError):
                    run_with_fallback(patch, changed)
        run_with_fallback(monkeypatch, changed)
        folders.append(output(changed))
    for name in ("metrics.json", "predictions_valid.csv"):
        whole, killed = ((folder / name).read_bytes() for folder in folders)
        assert whole == killed


def stop_behind(epoch, monkeypatch):
    """End a run when its epoch is saved."""
    end_of_epoch = ZSFuseBrain._end_of_epoch

    def end(self, table, stats, now):
        end_of_epoch(self, table, stats, now)
        if now == epoch:
            raise InterruptedError

    monkeypatch.setattr(ZSFuseBrain, "_end_of_epoch", end)


def test_tested_again_it_answers_the_same(options, monkeypatch):
    changed = hearsay(options, 2)
    before = run_with_fallback(monkeypatch, changed)
    (output(changed) / "predictions_test.csv").unlink()
    again = run_with_fallback(monkeypatch, changed, "--test_only")
    assert before[0] == again[0]
    pandas.testing.assert_frame_equal(before[2], again[2])


def test_two_processes_decide_as_one(options):
    changed = hearsay(options, 2) | {"loader": "{num_workers: 0}"}
    yaml = f"hparams/small_none.yaml+{HEADS[1]}"
    done = run_forked(yaml, *flags(changed), SURE, world=2)
    assert done.returncode == 0, done.stdout + done.stderr
    check_tested(read_run(output(changed)), "without_scores")


def test_without_scores_there_is_nothing_to_fall_back_from(
    options, monkeypatch
):
    arguments = [*flags(options), FALLBACK]
    message = "scores for `head.fallback`.* are null. Give --alm, or --head="
    with pytest.raises(ValueError, match=message):
        run_here(monkeypatch, "hparams/small_none.yaml", *arguments)


def test_a_fallback_is_one_of_few(options, monkeypatch):
    message = "`head.fallback` to be validation, or null, but got 'test'"
    with pytest.raises(ValueError, match=message):
        run_here(
            monkeypatch,
            "hparams/small_clap.yaml",
            *flags(options),
            "--head={fallback: test}",
        )
