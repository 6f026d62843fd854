"""The command ``zsfuse``: what it prints and how it ends."""

import subprocess
import sys

import pytest
import torch
from hyperpyyaml import resolve_references
from places import ROOT

from speechbrain_zsfuse import __version__
from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.files import file_sha256
from speechbrain_zsfuse.loading.tokenizers import save_byte_tokenizer
from speechbrain_zsfuse.zeroshot.prompt_sets.finding import known_sets


@pytest.fixture
def checkpoint(tmp_path):
    """A file of weights, as published."""
    torch.save({"state_dict": {"a": torch.ones(3)}}, tmp_path / "a.pt")
    return str(tmp_path / "a.pt")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "new" / "folder"


# ------------------------------------------------------------------ commands
def test_convert_says_what_it_did(checkpoint, folder, capsys):
    assert main(["convert", checkpoint, str(folder)]) == 0
    found, original, weights, end = capsys.readouterr().out.splitlines()
    assert found == "a model of another kind, 1 tensors"
    assert file_sha256(checkpoint) in original
    assert file_sha256(folder / "model.safetensors") in weights
    assert end == f"Written to {folder}; its history is in conversion.json."


def test_convert_has_options(checkpoint, folder, tmp_path):
    (tmp_path / "tokens").mkdir()
    save_byte_tokenizer(tmp_path / "tokens")
    options = ["--sha256", file_sha256(checkpoint)]
    options += ["--tokenizer", str(tmp_path / "tokens")]
    assert main(["convert", checkpoint, str(folder), *options]) == 0
    assert (folder / "tokenizer_config.json").is_file()


def test_prompts_shows_what_is_said_and_who_says_so(tmp_path, capsys):
    assert main(["prompts"]) == 0
    told = capsys.readouterr().out
    for name in known_sets():
        assert f"{name}\n  " in told
    assert "  any emotion:\n    A speaker in a {adjective} tone.\n" in told
    assert all(len(line) <= 80 for line in told.splitlines())
    assert main(["prompts", "clsp", "--labels=fear,sad"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("clsp\n  CLSP, github.com/yfyeung/CLSP, README")
    assert told.endswith(
        "  fear:\n    A speaker in a fear tone.\n"
        "  sad:\n    A speaker in a sad tone.\n"
    )
    path = tmp_path / "mine.yaml"
    path.write_text("source: me\nprompts: {sad: [tears]}\n")
    assert main(["prompts", str(path)]) == 0
    assert capsys.readouterr().out == "mine.yaml\n  me\n  sad:\n    tears\n"
    for words, message in (
        (["clps"], "Did you mean clsp?"),
        ([str(path), "--labels=calm"], "prompts of 'calm' in the prompt set"),
    ):
        assert main(["prompts", *words]) == 2
        assert message in capsys.readouterr().err


def test_hparams_prints_what_hyperpyyaml_loads(capsys):
    folder = ROOT / "recipes" / "RAVDESS" / "hparams"
    printed = []
    for file in ("wavlm_large_clap.yaml", "ravdess.yaml+wavlm_large+clap"):
        assert main(["hparams", str(folder / file)]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] and "base:" not in printed[0]
    values = resolve_references(printed[0], {"data_folder": "/corpus"}).read()
    assert "microsoft/wavlm-large" in values


def test_hparams_of_ones_own_stand_on_those_of_a_recipe(tmp_path, capsys):
    mine = tmp_path / "mine.yaml"
    mine.write_text("base: !applyref:speechbrain_zsfuse.base [wavlm_clap]\n")
    recipe = ROOT / "recipes" / "RAVDESS"
    assert main(["hparams", str(mine), f"--recipe={recipe}"]) == 0
    assert "speechbrain_zsfuse.lobes.CLAP" in capsys.readouterr().out
    assert main(["hparams", str(mine)]) == 2
    told = capsys.readouterr().err
    assert "wavlm_clap.yaml, on which" in told
    assert "stands on YAMLs of a recipe, name that: --recipe recipes/" in told
    mine.write_text("base: !applyref:speechbrain_zsfuse.base [wavlm_clapp]\n")
    assert main(["hparams", str(mine), f"--recipe={recipe}"]) == 2
    told = capsys.readouterr().err
    assert "Did you mean wavlm_clap?" in told and "--recipe" not in told


# -------------------------------------------------------------------- errors
def test_what_can_be_mended_is_told_in_one_line(checkpoint, folder, capsys):
    assert main(["convert", checkpoint, str(folder), "--sha256=1"]) == 2
    assert main(["convert", "no-such-file.pt", str(folder)]) == 2
    printed = capsys.readouterr()
    another, missing = printed.err.splitlines()
    assert another.startswith("zsfuse: Expected the sha256 1 of ")
    assert missing.startswith("zsfuse: No checkpoint found at 'no-such-file")
    assert not printed.out and not folder.exists()


def test_a_mistake_of_ours_is_no_error_of_the_user(monkeypatch):
    def fail(*arguments):
        raise AttributeError("ours")

    monkeypatch.setattr(
        "speechbrain_zsfuse.hub.convert.convert_checkpoint", fail
    )
    with pytest.raises(AttributeError, match="ours"):
        main(["convert", "a.pt", "a"])


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["convert"], "Missing argument 'checkpoint'"),
        (["convert", "a", "b", "c"], "unexpected extra argument"),
        (["convert", "a", "b", "--colour"], "No such option"),
        (["no-such-command"], "No such command 'no-such-command'"),
    ],
)
def test_another_usage_ends_with_2(arguments, message, capsys):
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith("Usage: zsfuse ")
    assert message.lower() in told.lower()


# ---------------------------------------------------------------------- help
def test_without_a_command_there_is_help(capsys):
    main([])
    printed = "".join(capsys.readouterr())
    assert "Usage: zsfuse" in printed and "convert" in printed


def test_help_tells_arguments_and_options(capsys):
    assert main(["convert", "--help"]) == 0
    printed = capsys.readouterr().out
    for part in ("The downloaded file.", "A new folder.", "--sha256"):
        assert part in printed


def test_the_version_is_told(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["anything", "--version"])
    assert main() == 0
    assert capsys.readouterr().out == f"zsfuse {__version__}\n"


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from speechbrain_zsfuse.cli import main; main(['--help'])"
        "; print({'torch', 'numpy', 'pandas'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert "Usage: zsfuse" in done.stdout
    assert done.stdout.splitlines()[-1] == "set()"
