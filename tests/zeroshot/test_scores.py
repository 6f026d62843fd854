"""The table of scores: from any source, the same for any number of processes,
killed or not.
"""

import json
import time

import group
import pytest
import shared_work
import torch

from speechbrain_zsfuse.files import file_sha256
from speechbrain_zsfuse.zeroshot.scores import read_scores, score_manifests
from speechbrain_zsfuse.zeroshot.store import AnswerStore

CLIPS = 24  # twelve batches of two


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus") / "clips"
    shared_work.make_clips(folder, CLIPS)
    return folder


@pytest.fixture(scope="module")
def expected(clips, tmp_path_factory):
    """Bytes of both files, written by one process at a stretch."""
    folder = tmp_path_factory.mktemp("whole")
    assert shared_work.score(clips, folder) == CLIPS
    return files(folder)


def files(folder):
    """Bytes of the scores and of what says where they come from."""
    table = folder / "scores.csv"
    return [table.read_bytes(), table.with_suffix(".json").read_bytes()]


def test_two_processes_write_the_bytes_of_one(clips, expected, tmp_path):
    heard = group.run(shared_work.score, tmp_path, clips, tmp_path)
    assert heard == [CLIPS // 2, CLIPS // 2]
    table, description = files(tmp_path)
    assert [table, description] == expected
    assert table.startswith(b"ID,sad,angry\nc0,")
    assert len(table.splitlines()) == 1 + CLIPS
    assert json.loads(description)["labels"] == ["sad", "angry"]


def test_all_processes_learn_the_weights_of_one(clips, tmp_path):
    header, *rows = (clips / "test.csv").read_text().splitlines()
    rows[::2] = [row.replace(",sad,", ",angry,") for row in rows[::2]]
    (clips / "valid.csv").write_text("\n".join([header, *rows]))
    weights = shared_work.learn(clips, tmp_path / "one")
    apart = group.run(
        shared_work.learn, tmp_path / "two", clips, tmp_path / "two"
    )
    assert apart == [weights, weights] and sum(weights) == pytest.approx(1)
    assert files(tmp_path / "two") == files(tmp_path / "one")


def interrupted(clips, folder, limits, kept):
    """Start two processes; kill those with a limit when both stand still."""
    processes = group.start(shared_work.score, folder, clips, folder, limits)
    store = AnswerStore(folder)
    while len(store) < kept and all(p.is_alive() for p in processes):
        time.sleep(0.01)
    for process, limit in zip(processes, limits):
        if limit:
            process.kill()
    for process in processes:
        process.join()
        assert process.exitcode
    assert len(store) == kept and not (folder / "scores.csv").exists()


def test_kill_9_of_two_processes_changes_no_byte(clips, expected, tmp_path):
    interrupted(clips, tmp_path, limits=[4, 4], kept=8)
    heard = group.run(shared_work.score, tmp_path, clips, tmp_path)
    assert sum(heard) == CLIPS - 8
    assert files(tmp_path) == expected


def test_kill_9_of_one_ends_the_other_and_one_goes_on(
    clips, expected, tmp_path
):
    interrupted(clips, tmp_path, limits=[None, 4], kept=CLIPS // 2 + 4)
    assert shared_work.score(clips, tmp_path) == CLIPS // 2 - 4
    assert files(tmp_path) == expected


def test_two_runs_at_the_same_time_hear_each_clip_once(
    clips, expected, tmp_path
):
    shared, runs = tmp_path / "shared", [tmp_path / "a", tmp_path / "b"]
    shared.mkdir()
    processes = [
        group.SERVER.Process(
            target=shared_work.score_beside, args=(clips, run, shared, rank)
        )
        for rank, run in enumerate(runs)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    heard = [json.loads((run / "heard.json").read_text()) for run in runs]
    assert sum(heard) == CLIPS and min(heard) > 0
    assert [files(run) for run in runs] == [expected, expected]


# --------------------------------------------------------------- any source
class Given:
    """A source of given scores."""

    labels = ["sad", "angry"]

    def __init__(self, scores):
        self.scores = torch.tensor(scores)

    def describe(self):
        return {"kind": "given", "labels": self.labels}

    def score(self, paths):
        self.paths = paths
        return self.scores


def write(folder, scores):
    """Scores of two clips in two manifests; path and source."""
    manifests = {}
    for split, clip in (("train", "0001"), ("test", "NA")):
        manifests[split] = folder / f"{split}.csv"
        manifests[split].write_text(
            f"ID,duration,wav\n{clip},1.0,$data_root/{clip}.wav\n"
        )
    source = Given(scores)
    return score_manifests(
        source, manifests, "/corpus", folder / "scores.csv"
    ), source


def test_any_source_fills_the_table(tmp_path):
    path, source = write(tmp_path, [[0.5, -2.0], [0.25, 1.0]])
    assert source.paths == ["/corpus/0001.wav", "/corpus/NA.wav"]
    assert path.read_text() == "ID,sad,angry\n0001,0.5,-2.0\nNA,0.25,1.0\n"
    assert json.loads(path.with_suffix(".json").read_text()) == {
        "kind": "given",
        "labels": ["sad", "angry"],
        "scores_sha256": file_sha256(path),
    }
    scores = read_scores(path, ["angry", "sad"])  # ids stay text; by name
    assert {clip: row.tolist() for clip, row in scores.items()} == {
        "0001": [-2.0, 0.5],
        "NA": [1.0, 0.25],
    }


def test_scores_are_written_anew(tmp_path):
    write(tmp_path, [[0.5, 1.0], [0.25, 1.0]])
    path, _ = write(tmp_path, [[0.0, 1.0], [0.25, 1.0]])
    assert read_scores(path, ["sad"])["0001"] == 0.0


@pytest.mark.parametrize(
    "scores, message",
    [
        ([[0.5, 1.0]], r"shape \[2, 2\] \(clips, labels\), but got \[1, 2\]"),
        ([0.5, 1.0], r"but got \[2\]"),
        ([[0.5, 1.0], [torch.nan, 1.0]], "1 clips have .*/corpus/NA.wav"),
    ],
)
def test_what_is_no_table_of_numbers_is_refused(tmp_path, scores, message):
    with pytest.raises(ValueError, match=message):
        write(tmp_path, scores)
    assert not (tmp_path / "scores.csv").exists()


def test_labels_without_scores_are_named(tmp_path):
    path, _ = write(tmp_path, [[0.5, 1.0], [0.25, 1.0]])
    with pytest.raises(
        ValueError, match=r"but .*scores.csv lacks calm: it has"
    ):
        read_scores(path, ["sad", "calm"])


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e39", "0,5", "much"])
def test_scores_are_finite_numbers(text, tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text(f'ID,sad,angry\na,0.5,1\nb,0.5,"{text}"\n')
    with pytest.raises(ValueError, match="^Expected finite scores") as error:
        read_scores(path, ["sad", "angry"])
    assert f"{path} it is not so:\n  clip b: angry {text!r}" in str(error.value)
    assert read_scores(path, ["sad"])["b"] == 0.5  # of no concern


def test_scores_changed_since_they_were_written_are_refused(tmp_path):
    path, _ = write(tmp_path, [[0.5, -2.0], [0.25, 1.0]])
    path.write_text(path.read_text().replace("-2.0", "2.0"))
    with pytest.raises(ValueError, match="scores.csv as .*scores.json says"):
        read_scores(path, ["sad"])
    path.with_suffix(".json").unlink()  # somebody's own
    assert read_scores(path, ["angry"])["0001"] == 2.0
    path.with_suffix(".json").write_text("[]")
    with pytest.raises(ValueError, match=r"scores.json, but got \[\]. Correct"):
        read_scores(path, ["angry"])


def test_an_id_is_one_file(tmp_path):
    manifests = {
        split: tmp_path / f"{split}.csv" for split in ("valid", "test")
    }
    for split, path in manifests.items():
        path.write_text(f"ID,duration,wav\na,1,/{split}.wav\n")
    with pytest.raises(ValueError, match="(?s)one file an id.*test.csv") as e:
        score_manifests(Given([]), manifests, "", tmp_path / "scores.csv")
    assert "\n  clip a: wav '/valid.wav'\n  clip a: wav '/te" in str(e.value)


def test_a_clip_in_several_manifests_is_scored_once(tmp_path):
    manifest = tmp_path / "test.csv"
    manifest.write_text("ID,duration,wav\na,1,/a.wav\n")
    source, file = Given([[0.5, 1.0]]), tmp_path / "scores.csv"
    score_manifests(source, {"valid": manifest, "test": manifest}, "", file)
    assert source.paths == ["/a.wav"]
    assert len(read_scores(file, ["sad"])) == 1


@pytest.mark.parametrize("manifests", ["test.csv", ["test.csv"], None])
def test_manifests_are_a_dictionary(manifests, tmp_path):
    with pytest.raises(ValueError, match="`manifests` to be a dictionary of s"):
        score_manifests(Given([]), manifests, "", tmp_path / "scores.csv")
