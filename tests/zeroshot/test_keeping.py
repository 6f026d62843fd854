"""A store is surveyed, verified and pruned; runs go on beside it."""

import json
import random
import sqlite3
import time

import group
import numpy as np
import pytest
import soundfile
import store_writer
from fake_alm import FakeALM
from typer.testing import CliRunner

from speechbrain_zsfuse.cli import app, main
from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
from speechbrain_zsfuse.zeroshot.source import DualEncoderSource
from speechbrain_zsfuse.zeroshot.storage import choices, pruning
from speechbrain_zsfuse.zeroshot.storage.locks import Locks
from speechbrain_zsfuse.zeroshot.storage.overview import survey
from speechbrain_zsfuse.zeroshot.storage.usage import note_use
from speechbrain_zsfuse.zeroshot.storage.verification import (
    find_damaged,
    remove_damaged,
)
from speechbrain_zsfuse.zeroshot.store import AnswerKey, AnswerStore

DAY = 24 * 3600
CLAP, LLM = "c" * 64, "11" * 32


def fill(store):
    """Six vectors about three clips by one model, two texts by another."""
    rows = np.random.default_rng(0).standard_normal((6, 4), np.float32)
    answers = {
        AnswerKey(CLAP, f"clip {n // 2}", str(n % 2)): row
        for n, row in enumerate(rows)
    }
    answers |= {AnswerKey(LLM, "clip 0", "1", text): text for text in "ab"}
    store.keep(answers)
    return answers


@pytest.fixture
def store(tmp_path):
    store = AnswerStore(tmp_path / "answers")
    fill(store)
    with store.open() as database:
        now = time.time()
        note_use(database, CLAP, "CLAP laion/clap", now - 10 * DAY)
        note_use(database, CLAP, "CLAP laion/clap", now - 5 * DAY)
    return store


def run(store, command, *options):
    """Exit status of a command on a store."""
    return main(["store", command, str(store.path.parent), *options])


def damage(store, condition, change="value = zeroblob(16)"):
    with sqlite3.connect(store.path) as database:
        database.execute(f"UPDATE answers SET {change} WHERE {condition}")
    database.close()


# ------------------------------------------------------------------------ info
def test_info_counts_models_answers_clips_and_bytes(store, capsys):
    clap, llm = survey(store).holdings
    assert clap[:1] + clap[2:] == (CLAP, 6, 3, 6 * 4 * 4, "4 floats")
    assert llm[:1] + llm[2:] == (LLM, 2, 1, 2 * 3, "text")
    assert clap.use.last - clap.use.first == 5 * DAY
    assert run(store, "info") == 0
    first, heads, *rows = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{store.path}: ") and " kB" in first
    assert heads.split() == (
        "model fingerprint answers clips size each first used last used".split()
    )
    days = [time.strftime("%F", time.localtime(t)) for t in clap.use[1:]]
    assert [row.split() for row in rows] == [
        [*"CLAP laion/clap cccccccccccc 6 3 0 kB 4 floats".split(), *days],
        "unnamed 111111111111 2 1 0 kB text unknown unknown".split(),
    ]


def test_vectors_of_several_lengths_are_told(store):
    store.keep({AnswerKey(CLAP, "clip 9", "1"): np.zeros(5, np.float32)})
    store.keep({AnswerKey(LLM, "clip 9", "1"): np.zeros(5, np.float32)})
    kinds = {one.model: one.each for one in survey(store).holdings}
    assert kinds == {CLAP: "vectors", LLM: "several kinds"}


def clip(folder):
    path = folder / "clip.wav"
    soundfile.write(path, np.sin(np.arange(8000) / 9), 16000)
    return str(path)


def listen(folder, alm, path):
    scorer = ZeroShotScorer(alm, ["sad", "angry"])
    DualEncoderSource(scorer, folder, "cpu", progress=False).score([path])


def test_a_model_is_noted_by_name_when_it_is_used(tmp_path, capsys):
    path, alm = clip(tmp_path), FakeALM()
    listen(tmp_path, alm, path)
    alm.source = "owner/fake"
    listen(tmp_path, alm, path)
    [holding] = survey(AnswerStore(tmp_path)).holdings
    assert holding.use.name == "FakeALM owner/fake"
    assert abs(holding.use.last - time.time()) < DAY
    assert main(["store", "info", str(tmp_path)]) == 0
    facts = capsys.readouterr().out.splitlines()[-1]
    assert facts == "1 facts about files: sha256 of whole sound"


def test_a_store_that_may_only_be_read_is_used(tmp_path, monkeypatch):
    path, alm = clip(tmp_path), FakeALM()
    listen(tmp_path, alm, path)

    def refuse(*arguments):
        raise sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr("speechbrain_zsfuse.zeroshot.store.note_use", refuse)
    listen(tmp_path, alm, path)


@pytest.mark.parametrize("command", ["info", "verify", "prune"])
def test_a_store_must_be_there(command, tmp_path, capsys):
    (tmp_path / "answers").mkdir()
    assert main(["store", command, str(tmp_path / "answer")]) == 2
    told = capsys.readouterr().err
    assert "Expected a store of answers" in told
    assert f"Did you mean {tmp_path / 'answers'}?" in told
    assert "store_folder" in told and not (tmp_path / "answer").exists()


@pytest.mark.parametrize(
    "table, said",
    [
        ("songs (title TEXT)", "it has a table songs"),
        ("answers (id INTEGER, question)", "its answers have id, question"),
        ("answers (question)", "its answers have question"),
    ],
)
@pytest.mark.parametrize("command", ["info", "verify", "prune"])
def test_what_is_no_store_is_left_as_it_is(
    command, table, said, tmp_path, capsys
):
    path = tmp_path / "answers.sqlite"
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE {table}")
    database.close()
    before = path.read_bytes()
    assert main(["store", command, str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert f"{path}, but it is damaged, or something else ({said})" in told
    assert path.read_bytes() == before


def test_the_file_is_no_folder(store, capsys):
    assert main(["store", "info", str(store.path)]) == 2
    told = capsys.readouterr().err
    assert "no such file. Give the `store_folder`" in told


def test_help_shows_examples(capsys):
    for command in ("info", "verify", "prune"):
        assert main(["store", command, "--help"]) == 0
        example = f"  zsfuse store {command} results/RAVDESS/answers"
        assert example in capsys.readouterr().out.split("\n\n")[-3]
        assert main(["store", "--help"]) == 0
        assert example in capsys.readouterr().out


# ---------------------------------------------------------------------- verify
def test_what_is_intact_is_left(store, capsys):
    assert run(store, "verify", "--remove") == 0
    assert capsys.readouterr().out == "0 of 8 answers are damaged.\n"
    assert len(store) == 8


@pytest.mark.parametrize(
    "change",
    [
        "value = zeroblob(16)",
        "value = NULL",
        "kind = CAST(X'ff' AS TEXT)",
        "checksum = checksum + 1",
        "input = '2'",
        "model = NULL",
        "prompt = CAST(X'ff' AS TEXT)",
        "id = 9223372036854775807",
    ],
)
def test_what_is_damaged_is_named_and_removed(store, change, capsys):
    damage(store, "audio = 'clip 2' AND input = '1'", change)
    assert run(store, "verify") == 1
    named, count = capsys.readouterr().out.splitlines()
    names = "CLAP laion/clap (cccccccccccc)", "unnamed ()"
    name = names["model" in change]
    assert named.startswith(f"Damaged: an answer of {name} about ")
    assert named.endswith("the audio with sha256 clip 2")
    assert count == "1 of 8 answers are damaged." and len(store) == 8
    assert run(store, "verify", "--remove") == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 were removed."
    assert run(store, "verify") == 0 and len(store) == 7


def test_answers_are_checked_some_at_a_time(store, monkeypatch):
    file = "speechbrain_zsfuse.zeroshot.storage.verification._CHUNK"
    monkeypatch.setattr(file, 3)
    damage(store, "audio = 'clip 1'")
    found = find_damaged(store, progress=False)
    assert [one.audio for one in found] == ["clip 1", "clip 1"]
    assert remove_damaged(store, found) == 2 and len(store) == 6


def test_what_was_stored_anew_meanwhile_is_left(store):
    damage(store, "audio = 'clip 1'")
    found = find_damaged(store, progress=False)
    answers = fill(store)  # as the run does that meets them
    assert len(found) == 2 and remove_damaged(store, found) == 0
    assert len(store.recall(answers)) == 8


def test_flipped_bits_are_removed_or_told(store, capsys):
    rng, told = random.Random(1), {0: 0, 1: 0, 2: 0}
    intact = store.path.read_bytes()
    used = [n for n, byte in enumerate(intact) if byte]
    for _ in range(150):
        spoiled = bytearray(intact)
        spoiled[rng.choice(used)] ^= 1 << rng.randrange(8)
        store.path.write_bytes(spoiled)
        status = run(store, "verify", "--remove")
        told[status] += 1
        error = capsys.readouterr().err
        assert error.startswith("zsfuse: Expected a store") or status < 2
        assert status != 1 or run(store, "verify") == 0
        assert run(store, "info") in (0, 2)
    assert min(told.values()) > 10, told  # all three are met


def test_a_file_of_rubbish_is_told(store, capsys):
    with open(store.path, "r+b") as file:
        file.seek(100)
        file.write(b"\xa5" * 4000)
    assert run(store, "verify") == 2
    assert "is damaged" in capsys.readouterr().err


# ----------------------------------------------------------------------- prune
def test_without_a_choice_damage_and_lost_facts_go(store, tmp_path, capsys):
    with store.facts("length") as facts:
        for name in ("here", "gone"):
            (tmp_path / name).touch()
            facts.recall([str(tmp_path / name)])
            facts.keep({str(tmp_path / name): 0})
    (tmp_path / "gone").unlink()
    damage(store, "audio = 'clip 1'")
    assert run(store, "prune", "--dry_run") == 0
    shown = "2 damaged answers\n1 facts about files that are gone\n"
    assert capsys.readouterr().out == shown
    assert survey(store).facts == {"length": 2} and len(store) == 8
    assert run(store, "prune", "--yes") == 0
    assert capsys.readouterr().out.startswith(shown)
    assert survey(store).facts == {"length": 1} and len(store) == 6
    assert run(store, "prune") == 0  # nothing is asked
    assert capsys.readouterr().out.startswith("Nothing is without use.\n")


def write_run(folder, fingerprint, name="run.json"):
    folder.mkdir(parents=True)
    source = {"kind": "dual encoder", "fingerprint": fingerprint}
    (folder / name).write_text(json.dumps({"score_source": source}))


@pytest.mark.parametrize(
    "name", ["run.json", "zero_shot_scores.json", "study.json"]
)
def test_models_that_no_run_names_go(store, tmp_path, name, capsys):
    write_run(tmp_path / "results" / "a" / "1000", CLAP, name)
    write_run(tmp_path / "others" / "b", "2" * 64)
    options = [
        f"--results={tmp_path / place}" for place in ("results", "others")
    ]
    assert run(store, "prune", *options, "--yes") == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first == "unnamed (111111111111): 2 answers about 1 clips, 0 kB"
    assert last.endswith(" given back.")
    assert [one.model for one in survey(store).holdings] == [CLAP]


def test_a_folder_without_runs_removes_nothing(store, tmp_path, capsys):
    (tmp_path / "results").mkdir()
    options = [f"--results={tmp_path / 'results'}", "--yes"]
    assert run(store, "prune", *options) == 2
    told = capsys.readouterr().err
    assert "Expected runs or studies in" in told and "`results_folder`" in told
    assert len(store) == 8


def test_runs_behind_a_link_name_models_too(store, tmp_path):
    write_run(tmp_path / "results" / "a", "2" * 64)
    write_run(tmp_path / "scratch" / "b", CLAP)
    (tmp_path / "results" / "b").symlink_to(tmp_path / "scratch")
    options = [f"--results={tmp_path / 'results'}", "--yes"]
    assert run(store, "prune", *options) == 0
    assert [one.model for one in survey(store).holdings] == [CLAP]


@pytest.mark.parametrize("days", ["-1", "nan", "inf"])
def test_days_that_are_none_are_told(store, days, capsys):
    assert run(store, "prune", f"--unused_for={days}", "--yes") == 2
    told = capsys.readouterr().err
    assert "Expected --unused_for to be a number of at least 0, but" in told
    assert len(store) == 8


@pytest.mark.parametrize(
    "name", ["CLAP laion/clap", "CLAP", "laion/clap", CLAP, CLAP[:4]]
)
def test_a_model_goes_by_name_or_fingerprint(store, name):
    assert run(store, "prune", f"--model={name}", "--yes") == 0
    assert [one.model for one in survey(store).holdings] == [LLM]


@pytest.mark.parametrize("name", ["ReCLAP", "ccc", "C", "d" * 64])
def test_a_model_that_is_not_there_is_told(store, name, capsys):
    assert run(store, "prune", f"--model={name}", "--yes") == 2
    told = capsys.readouterr().err
    assert f"Expected a model of the store, but got '{name}'" in told
    assert "It holds CLAP laion/clap (cccccccccccc), unnamed (1111" in told
    assert len(store) == 8


def test_models_go_that_were_not_used_for_long(store):
    holdings = survey(store).holdings
    assert choices.unused_for(6)(holdings) == []
    assert choices.unused_for(4)(holdings) == holdings[:1]
    both = choices.of_options(name="unnamed", days=4)
    assert both(holdings) == []  # all conditions hold of neither
    assert choices.of_options(name="CLAP", days=4)(holdings) == holdings[:1]
    assert choices.of_options()(holdings) == []


@pytest.mark.parametrize("said, status, left", [("n", 1, 8), ("y", 0, 2)])
def test_nothing_goes_before_it_is_confirmed(store, said, status, left):
    arguments = ["store", "prune", str(store.path.parent), "--model=CLAP"]
    done = CliRunner().invoke(app, arguments, input=said)
    assert done.exit_code == status and len(store) == left
    assert "Remove this? [y/N]: " in done.output


def test_the_file_gets_smaller(tmp_path, capsys):
    store = AnswerStore(tmp_path)
    rows = np.zeros((2000, 512), np.float32)
    store.keep({AnswerKey("m", str(n), "1"): r for n, r in enumerate(rows)})
    store.keep({AnswerKey("other", "a", "1"): "kept"})
    before = store.path.stat().st_size
    assert run(store, "prune", "--model=m", "--yes") == 2  # too short
    with store.open() as database:
        note_use(database, "m", "CLAP")
    assert run(store, "prune", "--model=CLAP", "--yes") == 0
    assert store.path.stat().st_size < before / 50
    assert "MB given back." in capsys.readouterr().out
    assert store.recall([AnswerKey("other", "a", "1")])


# ----------------------------------------------------- beside a run in progress
def test_what_a_run_is_using_is_left(store, tmp_path, capsys):
    stop, ready = tmp_path / "stop", tmp_path / "ready"
    arguments = (store.path.parent, CLAP, ready, stop)
    process = group.SERVER.Process(target=store_writer.use, args=arguments)
    process.start()
    while not ready.exists() and process.is_alive():
        time.sleep(0.01)
    useless = pruning.find_useless(store, list, progress=False)
    left = pruning.remove(store, useless)
    assert [holding.model for holding in left] == [CLAP]
    assert [one.model for one in survey(store).holdings] == [CLAP]
    assert run(store, "prune", "--model=CLAP", "--yes") == 0
    assert "Left, for a run is using it: CLAP" in capsys.readouterr().out
    stop.touch()
    process.join()
    assert process.exitcode == 0  # all that it stored is there
    assert pruning.remove(store, useless) == [] and len(store) == 0


def test_locks_of_one_process_are_no_obstacle_to_itself(tmp_path):
    with Locks(tmp_path / "answers.sqlite") as locks:
        locks.share("model")
        assert locks.claim(["model", "clip"])
