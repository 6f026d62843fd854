"""What `--help` says: every option, its value in the recipe, one line on it."""

import re
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import fields
from threading import Event

import demo
import pytest
from corpora_prepare import prepare_corpora
from iemocap_prepare import prepare_iemocap
from msp_podcast_prepare import prepare_msp_podcast
from places import ROOT
from ravdess_prepare import prepare_ravdess
from speechbrain.utils.run_opts import HELP_TEXTS, RunOptions
from typer.testing import CliRunner

from speechbrain_zsfuse import experiment
from speechbrain_zsfuse.cli import app
from speechbrain_zsfuse.experiment.options.help import help_text
from speechbrain_zsfuse.experiment.options.keys import GROUPS, KEYS

RECIPES = {
    "RAVDESS": (prepare_ravdess, ["valid_actors: null", "test_actors: null"]),
    "IEMOCAP": (prepare_iemocap, ["part: all"]),
    "MSP-Podcast": (prepare_msp_podcast, ["release: null"]),
}


def text_of(recipe, *words):
    return help_text(
        words, ROOT / "recipes" / recipe / "train.py", RECIPES[recipe][0]
    )


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_option_is_there_once_and_in_its_group(recipe):
    text = text_of(recipe, "--help")
    assert max(map(len, text.splitlines())) <= 80
    without = {"fold"} if recipe == "MSP-Podcast" else set()
    shown = [name for group in GROUPS.values() for name in group]
    for name in {*shown} - without:
        assert len(re.findall(rf"^  --{name}\b", text, re.M)) == 1, name
    assert without.isdisjoint(re.findall(r"^  --(\w+)", text, re.M))
    places = [text.index(f"\n{group}\n") for group in GROUPS]
    assert places == sorted(places)
    for line in RECIPES[recipe][1]:
        assert f"\n      {line}" in text, line
    for name in ("batch_size: 32", "crop: first", "audio_repeats: 1"):
        assert f"\n      {name}" in text
    assert "--data_folder=/path/to/corpus" in text


def test_speechbrains_options_follow_in_its_order():
    text = text_of("IEMOCAP")
    tail = text[text.index("\nof SpeechBrain") :]
    names = re.findall(r"^  --(\w+)", tail, re.M)
    known = [f.name for f in fields(RunOptions) if f.name in HELP_TEXTS]
    known = [name for name in known if "deprecated" not in HELP_TEXTS[name]]
    assert names == [name for name in known if name not in KEYS]
    assert {"device", "debug", "test_only", "noprogressbar"} <= {*names}
    assert "auto_mix_prec" not in text and "deprecated" not in text
    assert text_of("IEMOCAP") == text


def test_values_are_those_of_the_yaml_that_is_named():
    text = text_of("RAVDESS", "hparams/small_none.yaml", "-h")
    assert "Options, with the values of hparams/small_none.yaml" in text
    assert "\n  --lr=0.001 " in text and "\n      n_mels: 40 " in text
    assert "--lr=2e-05" in text_of("RAVDESS")


@pytest.mark.parametrize(
    "words",
    [
        "--seed 3 --help",
        "--device cpu --help",
        "--help --data_folder /x",
        "-h --seed 3 --download",
        "--noprogressbar --help --labels [a,b]",
    ],
)
def test_the_value_of_an_option_is_no_yaml(words):
    assert text_of("RAVDESS", *words.split()) == text_of("RAVDESS")
    words = [*words.split(), "hparams/small_none.yaml"]
    assert "the values of hparams/small_none" in text_of("RAVDESS", *words)


def test_each_option_has_a_line_and_numbers_their_range():
    text = text_of("RAVDESS")
    lines = text[text.index("\ncorpus\n") :].splitlines()
    for line, following in zip(lines, [*lines[1:], ""]):
        if re.match(r"  (--|    )\w", line):
            assert line[30:] or following.startswith(" " * 30), line
    assert "Learning rate. A number above 0." in text
    assert "A whole number from 1 to 6." not in text  # it is set by --fold


@pytest.mark.parametrize("yaml", ["small_clap", "wavlm_none"])
def test_what_an_option_may_be_is_said_once(yaml):
    text = " ".join(text_of("RAVDESS", f"hparams/{yaml}.yaml").split())
    for words in ("1 to 100:", "in [0, 1)", "first, centre or random"):
        assert words in text
    options = re.split(r" (?=\w+: \S)| (?=--\w)", text)
    for option in options:
        for said in (r"\d+ to \d+", r"in \[0, 1\)", r"\d+ hexadecimal"):
            assert len(re.findall(said, option)) <= 1, option
    assert "One of first" not in text and "sha256 of 64" not in text
    assert "A number above 0." in text and "One of length, random." in text


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_ends_well_and_writes_nothing(flag, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        experiment.start([flag], ROOT / "recipes/RAVDESS/train.py")
    assert end.value.code == 0
    assert "--number_of_epochs=30" in capsys.readouterr().out
    assert not [*tmp_path.iterdir()]


def test_help_loads_no_model_library():
    code = (
        "import sys; sys.argv = ['train.py', '--help']; import train\n"
        "try: train.main(sys.argv[1:])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "assert 'transformers' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "recipes/RAVDESS",
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert "--number_of_epochs=30" in done.stdout


def test_the_commands_options_have_texts():
    said = CliRunner().invoke(app, ["hparams", "--help"]).output
    assert "ravdess.yaml+wavlm+clap" in said and "Folder of the recipe" in said


def test_the_demos_options_have_texts_and_are_checked(capsys):
    with pytest.raises(SystemExit) as end:
        demo.read_arguments(["--help"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    for words in ("made-up voices and", "of each run", "default: 8"):
        assert words in said
    assert "1000 2000 3000)" in said, "as one types them"
    for wrong, expected in {
        "--seeds 1000 1000": "Expected --seeds to be different whole numbers",
        "--seeds -1": "Expected --seeds",
        "--epochs 0": "Expected --epochs to be a whole number of at least 1",
        "--epochs 2.5": "invalid int value: '2.5'",
        "--corpus_seed -4": "Expected --corpus_seed",
        "--folder=": "Expected --folder to be a path that is not empty",
    }.items():
        with pytest.raises(SystemExit) as end:
            demo.read_arguments(wrong.split())
        assert end.value.code == 2
        assert expected in capsys.readouterr().err


def test_the_demos_bar_names_the_runs_at_work(tmp_path, monkeypatch):
    shown = {"fm_alone 7": Event(), "zsfuse 7": Event()}
    runs = []

    class Bar(nullcontext):
        def set_postfix_str(self, text):
            for name in filter(None, text.split(", ")):
                shown[name].set()

        def update(self):
            runs.append("done")

    def train(folder, epochs, arm, seed):
        assert shown[f"{arm} {seed}"].wait(100), "it was never named"

    monkeypatch.setattr(demo, "train", train)
    monkeypatch.setattr(demo, "show_bar", lambda **options: Bar())
    demo.train_everything(tmp_path, [7], epochs=1)
    assert runs == ["done", "done"]


@pytest.mark.parametrize("note", [b"7\n", b"", b"\xff"])
def test_the_demo_keeps_to_one_corpus(tmp_path, note):
    (tmp_path / "corpus_seed.txt").write_bytes(note)
    with pytest.raises(ValueError, match="of seed '.?', but seed 8 was asked"):
        demo.check_seed(tmp_path, 8)


def test_keys_of_a_recipe_itself_are_listed():
    recipe = ROOT / "recipes" / "Corpora" / "train.py"
    text = help_text(["hparams/several.yaml"], recipe, prepare_corpora)
    for line in (
        "--data_folder=…             The corpus; or several, {name: folder",
        "--inventory=union           Of classes: union, where those that a",
        "--leave_out=null            A corpus that is tested whole; the others",
        "      balance: 0.5            A number in [0, 1].",
    ):
        assert line in text
    text = help_text(["hparams/emodb.yaml"], recipe, prepare_corpora)
    assert "--corpus=emodb              Name of a definition of" in text
