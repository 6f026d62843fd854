"""A run and the ledger, from end to end: what is noted, what is said."""

import json

import pytest
from recipe import flags, output, run_here, three_actor_options

from speechbrain_zsfuse.evaluation.record import read_record


@pytest.fixture
def options(three_actors, tiny_wavlm, tiny_clap, tmp_path):
    """Of a run on 21 clips of three speakers."""
    return three_actor_options(three_actors, tmp_path, tiny_wavlm, tiny_clap)


@pytest.fixture
def state(tmp_path, tiny_clap, tiny_wavlm):
    """Write a ledger that says what the two models were trained on."""

    def write(part):
        path = tmp_path / "ledger.yaml"
        path.write_text(
            f"corpora: [My voices]\n"
            f"models:\n"
            f"  My CLAP:\n"
            f"    sources: ['{tiny_clap}']\n"
            f"    source: our notes\n"
            f"    complete: true\n"
            f"    trained_on:\n"
            f"      - {{corpora: [{part}], source: our notes, sure: authors}}\n"
            f"  My WavLM:\n"
            f"    sources: ['{tiny_wavlm}']\n"
            f"    source: our notes\n"
            f"    trained_on:\n"
            f"      - {{corpora: [RAVDESS], source: page 7, sure: authors}}\n"
        )
        return path

    return write


def said(folder):
    """Marks in the record, in the metrics, and of the scores in the log."""
    record = read_record(folder)
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["contamination"] == record.contamination
    statuses = {
        role: found and found["status"]
        for role, found in record.contamination.items()
    }
    return statuses, " ".join((folder / "log.txt").read_text().split())


def test_a_run_is_marked_by_the_ledger_of_its_yaml(
    options, state, monkeypatch, capsys
):
    arguments = ["hparams/wavlm_clap.yaml", *flags(options)]
    run_here(monkeypatch, *arguments)
    statuses, log = said(output(options))
    assert statuses == {"encoder": "unknown", "score_source": "unknown"}
    assert "of the scores alone, zero-shot? (training data unknown)" in log
    # Whoever learns more marks the run anew; it is the same run.
    ledger = f"--ledger={state('My voices')}"
    capsys.readouterr()
    run_here(monkeypatch, *arguments, ledger)
    assert "(training data unknown)" in capsys.readouterr().out
    for heard, status, mark in (
        ("My voices", "clean", "of the scores alone, zero-shot Encoder has "),
        ("RAVDESS", "seen", "alone, not zero-shot: seen in training Encoder"),
    ):
        state(heard)
        run_here(monkeypatch, *arguments, ledger, "--test_only")
        statuses, log = said(output(options))
        assert statuses == {"encoder": "seen", "score_source": status}
        assert mark in log
    assert "Of the encoder: RAVDESS is in the training data of My" in log
    assert "The scores are not zero-shot: seen in training. RAVDESS is" in log
