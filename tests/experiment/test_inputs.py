"""What changes between a kill and the next start is refused, or said."""

import json
import logging
import os
import shutil

import pytest
import soundfile
import torch
from fake_source import Loudness
from recipe import flags, output, run_here, three_actor_options

from speechbrain_zsfuse.experiment import score
from speechbrain_zsfuse.experiment.resuming import inputs
from speechbrain_zsfuse.experiment.resuming.facts import (
    describe_clips,
    describe_weights,
    hash_files,
)
from speechbrain_zsfuse.files import file_sha256


def begin(folder):
    """Leave a checkpoint, as a run that was killed in training."""
    (folder / "save" / "CKPT+1").mkdir(parents=True)


def test_until_there_is_a_checkpoint_inputs_may_change(tmp_path):
    for lr in (1, 2):
        assert not inputs.check_inputs(tmp_path, "options", {"--lr": lr})
    begin(tmp_path)
    assert not inputs.check_inputs(tmp_path, "options", {"--lr": 2})


def test_others_are_refused_by_name_with_both_values(tmp_path):
    inputs.check_inputs(tmp_path, "clips", {"clip a": "sad", "clip b": "sad"})
    begin(tmp_path)
    for _ in range(2):  # what is refused is not noted
        with pytest.raises(ValueError) as error:
            now = {"clip b": "angry", "clip c": "sad"}
            inputs.check_inputs(tmp_path, "clips", now)
        assert str(error.value).splitlines() == [
            f"Expected {tmp_path} to go on with the clips that it was begun "
            "with, but they are others now:",
            "  clip a: 'sad' there, nothing now",
            "  clip b: 'sad' there, 'angry' now",
            "  clip c: nothing there, 'sad' now",
            "Put the old ones back, give another --experiment, or delete the "
            "run.",
        ]


def test_what_is_tested_with_others_is_remarked(tmp_path, caplog):
    inputs.check_inputs(tmp_path, "clips", {"clip a": "sad"})
    begin(tmp_path)
    now = {"clip a": "angry"}
    line = "tested with other clips: clip a: 'sad' there, 'angry' now"
    with caplog.at_level(logging.WARNING):
        assert inputs.check_inputs(tmp_path, "clips", now, True) == [line]
    assert line in caplog.text
    now |= {f"clip {number}": "sad" for number in range(30)}
    (remark,) = inputs.check_inputs(tmp_path, "clips", now, True)
    assert remark == f"{line}, and 30 more"


def test_circumstances_are_remarked_and_remembered(tmp_path, caplog):
    for processes in (8, 1):  # before training, they do not count
        found = inputs.remark_circumstances(tmp_path, {"processes": processes})
    assert found == []
    begin(tmp_path)
    expected = []
    for before, now in ((1, 2), (2, 2), (2, 1)):
        if before != now:
            expected.append(f"processes: {before} before, {now} after")
        with caplog.at_level(logging.WARNING):
            found = inputs.remark_circumstances(tmp_path, {"processes": now})
        assert found == expected
        assert all(line in caplog.text for line in expected)


def test_a_spoiled_file_of_inputs_is_named(tmp_path):
    (tmp_path / "inputs.json").write_text("{")
    with pytest.raises(ValueError, match=r"inputs.json, but .* Delete it"):
        inputs.check_inputs(tmp_path, "clips", {})


@pytest.fixture
def manifest(tmp_path):
    """Of two clips with votes; the folder is the corpus, too."""
    for name in "ab":
        soundfile.write(tmp_path / f"{name}.wav", [0.5] * 800, 16000)
    path = tmp_path / "train.csv"
    path.write_text(
        "ID,duration,wav,emotion,speaker,votes\n"
        'a,0.05,$data_root/a.wav,sad,01,"{""sad"": 2}"\n'
        "b,0.05,$data_root/b.wav,sad,02,\n"
    )
    return path


def swap(manifest, old, new):
    manifest.write_text(manifest.read_text().replace(old, new))


def test_what_is_learned_of_a_clip(manifest, tmp_path):
    facts = describe_clips({"train": manifest}, tmp_path)
    sound = file_sha256(tmp_path / "a.wav")[:16]
    assert facts == {
        "clip a": 'train, emotion sad, speaker 01, votes {"sad": 2}, sound '
        + sound,
        "clip b": f"train, emotion sad, speaker 02, sound {sound}",
    }
    for old, new in (("sad,01", "angry,01"), (",02,", ",03,"), (": 2", ": 3")):
        swap(manifest, old, new)
        assert describe_clips({"train": manifest}, tmp_path) != facts
        swap(manifest, new, old)
    assert describe_clips({"valid": manifest}, tmp_path) != facts
    soundfile.write(tmp_path / "a.wav", [0.25] * 800, 16000)
    changed = describe_clips({"train": manifest}, tmp_path)
    assert {k for k in facts if facts[k] != changed[k]} == {"clip a"}


def test_a_corpus_that_is_copied_is_the_same(manifest, tmp_path):
    facts = describe_clips({"train": manifest}, tmp_path)
    for name in "ab":
        (tmp_path / "copy").mkdir(exist_ok=True)
        shutil.copyfile(tmp_path / f"{name}.wav", tmp_path / f"copy/{name}.wav")
    assert describe_clips({"train": manifest}, tmp_path / "copy") == facts


def test_files_are_read_once(tmp_path, monkeypatch):
    cache, path = tmp_path / "audio.sqlite", tmp_path / "a.wav"
    path.write_bytes(b"sound")
    first = hash_files([str(path)], cache)
    monkeypatch.setattr(
        "speechbrain_zsfuse.experiment.resuming.facts.file_sha256", None
    )
    assert hash_files([str(path)], cache) == first


def test_weights_that_were_loaded_are_known_by_their_content(tiny_wavlm):
    from speechbrain_zsfuse.encoders import SSLEncoder

    first, again = SSLEncoder(tiny_wavlm), SSLEncoder(tiny_wavlm)
    assert describe_weights(first) == describe_weights(again) != {}
    with torch.no_grad():
        next(again.model.parameters()).view(-1)[0] += 1e-3
    assert describe_weights(first) != describe_weights(again)


class Shaken(Loudness):
    """Answers that are a little off."""

    shift = 0.0

    def score(self, paths):
        return super().score(paths) + self.shift


def test_scores_that_differ_are_refused_but_for_last_digits(manifest, tmp_path):
    source = Shaken(["sad", "angry"])
    hparams = {"score_source": source, "alm": None, "data_folder": tmp_path}
    hparams["output_folder"] = tmp_path / "run"
    arguments = hparams, {"train": manifest}, {"device": "cpu"}
    before = score(*arguments).read_bytes()
    begin(tmp_path / "run")
    source.shift = 1e-7
    assert score(*arguments).read_bytes() == before
    source.shift = 1e-3
    with pytest.raises(ValueError, match="the scores that it was begun with"):
        score(*arguments)
    source.shift = 0.0
    assert score(*arguments).read_bytes() == before


def test_a_run_goes_on_with_what_it_was_begun_with(
    three_actors, tiny_wavlm, tiny_clap, tmp_path, monkeypatch
):
    corpus = shutil.copytree(three_actors, tmp_path / "c")
    clap = shutil.copytree(tiny_clap, tmp_path / "clap")
    paths = corpus, tmp_path / "r", tiny_wavlm, clap
    options = three_actor_options(*paths)
    arguments = ["hparams/small_clap.yaml", *flags(options)]
    run_here(monkeypatch, *arguments)
    folder = output(options)

    def go_on(message, *more):
        (folder / "metrics.json").unlink()  # as if killed in the test
        with pytest.raises(ValueError, match=message):
            run_here(monkeypatch, *arguments, *more)
        (folder / "metrics.json").touch()

    go_on("--eval_precision: 'fp32' there, 'bf16' now", "--eval_precision=bf16")
    clip = min(corpus.glob("*/*.wav"))
    for path, message in (
        (clip, f"clip {clip.stem}: .*, sound .* there, .*, sound .* now"),
        (clap / "model.safetensors", "fingerprint: .* there, .* now"),
    ):
        content, stat = path.read_bytes(), path.stat()
        path.write_bytes(content[:-2] + bytes([content[-2] ^ 1, content[-1]]))
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        go_on(message)
        path.write_bytes(content)
    (folder / "metrics.json").unlink()
    run_here(monkeypatch, *arguments)  # nothing has changed
    metrics = json.loads((folder / "metrics.json").read_text())
    assert "remarks" not in metrics
    assert json.loads((folder / "run.json").read_text())["remarks"] == []


def test_a_part_of_a_file_is_another_clip(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"sound")
    manifest, header = tmp_path / "train.csv", "ID,duration,wav,start,end"
    facts = []
    for end in ("1", "1.0", "2"):
        row = f"a,1,$data_root/a.wav,0.5,{end}"
        manifest.write_text(f"{header}\n{row}\n")
        facts.append(describe_clips({"train": manifest}, tmp_path)["clip a"])
    assert facts[0] == facts[1] != facts[2]
    assert facts[0].endswith("#t=0.5,1")
