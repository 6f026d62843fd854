"""The command line of a recipe becomes the complete YAML of a run."""

import pytest
from hyperpyyaml import load_hyperpyyaml

from speechbrain_zsfuse.experiment.configuration.arguments import (
    find_yaml,
    parse_arguments,
)
from speechbrain_zsfuse.experiment.configuration.composition import TAG

BASE = """
lr: 1.0
thing: !new:collections.Counter
    a: !ref <lr>
alm: null
"""
VARIANT = f"""
base: {TAG} [base]
lr: 2.0
alm: !new:collections.OrderedDict
"""


@pytest.fixture
def recipe(tmp_path):
    folder = tmp_path / "recipe" / "hparams"
    folder.mkdir(parents=True)
    (folder / "base.yaml").write_text(BASE)
    (folder / "variant.yaml").write_text(VARIANT)
    return folder.parent / "train.py"


def load(recipe, *arguments):
    """Loaded values of a command line."""
    text, _ = parse_arguments([*map(str, arguments), "--device=cpu"], recipe)
    return load_hyperpyyaml(text)


def test_a_relative_path_is_looked_up_beside_the_recipe(recipe):
    assert load(recipe, "hparams/variant.yaml")["lr"] == 2.0
    assert load(recipe, "hparams/variant")["lr"] == 2.0


def test_the_current_folder_comes_first(recipe, tmp_path, monkeypatch):
    (tmp_path / "hparams").mkdir()
    (tmp_path / "hparams" / "base.yaml").write_text("lr: 3.0")
    monkeypatch.chdir(tmp_path)
    assert load(recipe, "hparams/base.yaml") == {"lr": 3.0}


def test_overrides_of_the_command_line_win(recipe):
    hparams = load(recipe, "hparams/variant.yaml", "--lr=5.0", "--alm=null")
    assert hparams["thing"] == {"a": 5.0}
    assert hparams["alm"] is None


def test_a_missing_file_is_named_with_what_there_is(recipe):
    with pytest.raises(
        FileNotFoundError, match="hparams/: base.yaml, variant.yaml"
    ):
        find_yaml("hparams/other.yaml", recipe.parent)


@pytest.mark.parametrize("name", ["hparams/varient.yaml", "variant", "varint"])
def test_a_yaml_that_was_meant_is_told(recipe, tmp_path, monkeypatch, name):
    folder = recipe.parent / "hparams"
    for letter in "abcdefgh":
        (folder / f"{letter}.yaml").write_text("lr: 1\n")
    for place in (tmp_path, recipe.parent):
        monkeypatch.chdir(place)
        with pytest.raises(FileNotFoundError) as error:
            find_yaml(name, recipe.parent)
        words = str(error.value)
        assert "Did you mean hparams/variant.yaml? The recipe has" in words
        assert "a.yaml, b.yaml, base.yaml, c.yaml, d.yaml and 5 more" in words


def test_a_yaml_of_ones_own_that_was_meant_is_told(tmp_path):
    (tmp_path / "mine.yaml").write_text("lr: 1")
    with pytest.raises(FileNotFoundError) as error:
        find_yaml(tmp_path / "mien.yaml", tmp_path)
    words = str(error.value)
    assert f"Did you mean {tmp_path / 'mine.yaml'}? Give" in words
    assert words.count("mien") == 1


def test_models_go_on_top_on_the_command_line(recipe):
    (recipe.parent / "hparams" / "fast.yaml").write_text("lr: 9.0\n")
    hparams = load(recipe, "hparams/variant.yaml+fast+none")
    assert hparams["lr"] == 9.0 and hparams["alm"] is None


def test_a_plus_may_be_a_part_of_a_name(recipe):
    path = recipe.parent / "hparams" / "a+b.yaml"
    path.write_text("lr: 4.0\n")
    assert load(recipe, path)["lr"] == 4.0


def test_a_slip_is_refused_with_what_was_meant(recipe):
    with pytest.raises(ValueError, match="variant.yaml.*mean --thing"):
        load(recipe, "hparams/variant.yaml", "--thinh=1")


def test_a_part_that_is_a_reference_is_set_where_it_refers_to(recipe):
    with pytest.raises(ValueError, match="Expected --lr=….*thing.a.*: 5"):
        load(recipe, "hparams/base.yaml", "--thing={a: 5}")


def test_run_options_of_the_yaml_are_saved_as_given(recipe):
    path = recipe.parent / "hparams" / "precise.yaml"
    path.write_text("precision: fp32\nlr: 1.0\n")
    arguments = ["hparams/precise.yaml", "--precision=bf16", "--lr=2.0"]
    text, run_opts = parse_arguments(arguments, recipe)
    assert run_opts["precision"] == "bf16"
    assert load_hyperpyyaml(text) == {"precision": "bf16", "lr": 2.0}


def test_choices_are_told_apart_by_the_name_unless_one_is_given(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("experiment: clap\nlr: 1\nseed: 1\n")
    recipe = tmp_path / "train.py"
    for flags, name in (
        (["--seed=2"], "clap"),
        (["--lr=2"], "clap,lr=2"),
        (["--lr=2", "--experiment=mine"], "mine"),
        (["--lr=2", "--experiment=clap"], "clap"),
    ):
        assert load(recipe, path, *flags)["experiment"] == name


@pytest.mark.parametrize("key", ["prompts", "templates"])
def test_prompts_go_by_their_former_name_too(tmp_path, key):
    path = tmp_path / "a.yaml"
    path.write_text(
        "experiment: clap\n"
        "zero_shot: {prompts: paper, scope: phrase, audio_repeats: 1}\n"
    )
    option = f"--zero_shot={{{key}: ['{{label}} speech']}}"
    values = load(tmp_path / "train.py", path, option)
    assert values["zero_shot"]["prompts"] == ["{label} speech"]
    assert {*values["zero_shot"]} >= {"prompts", "scope", "audio_repeats"}
    assert "templates" not in values["zero_shot"]
    assert values["experiment"].startswith("clap,zero_shot.prompts=label-sp")


def test_a_file_of_prompts_is_found_from_anywhere(tmp_path, monkeypatch):
    path = tmp_path / "a.yaml"
    path.write_text("experiment: clap\nzero_shot: {prompts: paper}\n")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clsp").mkdir()  # a folder is no prompt set
    for given, kept, name in (
        ("sets/mine.yaml", str(tmp_path / "sets" / "mine.yaml"), "mine.yaml"),
        ("clsp", "clsp", "clsp"),
    ):
        option = f"--zero_shot={{prompts: {given}}}"
        values = load(tmp_path / "train.py", path, option)
        assert values["zero_shot"]["prompts"] == kept
        assert values["experiment"] == f"clap,zero_shot.prompts={name}"


def test_what_is_complete_can_be_run_again(recipe):
    text, _ = parse_arguments(["hparams/variant.yaml", "--lr=5.0"], recipe)
    saved = recipe.parent / "hyperparams.yaml"
    saved.write_text(text)
    assert "base:" not in text
    assert load(recipe, saved)["thing"] == {"a": 5.0}
    # what is overridden later reaches everything, as the first time
    assert load(recipe, saved, "--lr=6.0")["thing"] == {"a": 6.0}


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_bare_flag_means_true(tmp_path, place):
    (tmp_path / "a.yaml").write_text("download: False\nlr: 1\n")
    arguments = {
        "before": ["--download", "--lr=2"],
        "after": ["--lr=2", "--download"],
    }[place]
    values = load(tmp_path / "train.py", "a.yaml", *arguments)
    assert values == {"download": True, "lr": 2}


def test_an_empty_value_is_neither_a_flag_nor_null(tmp_path):
    (tmp_path / "a.yaml").write_text("alm: 1\ndownload: False\n")
    for option in ("--alm=", "--download=", "--alm= "):
        with pytest.raises(ValueError, match=r"empty\? Give one, or leave"):
            load(tmp_path / "train.py", "a.yaml", option)
    assert load(tmp_path / "train.py", "a.yaml", "--alm=null")["alm"] is None


@pytest.mark.parametrize(
    "name",
    ["../x", "/x", "a/b", "a\\b", "..", ".", "(a)", "<y>", " a", "ä" * 128],
)
def test_an_experiment_stays_in_the_folder_of_the_results(tmp_path, name):
    (tmp_path / "a.yaml").write_text("experiment: a\n")
    with pytest.raises(ValueError, match="Expected .*experiment.*but got"):
        load(tmp_path / "train.py", "a.yaml", f"--experiment={name}")
    (tmp_path / "b.yaml").write_text(f"experiment: {name!r}\n")
    with pytest.raises(ValueError, match="Expected .*experiment.*but got"):
        load(tmp_path / "train.py", "b.yaml")


TEXTS = [
    *("a #1", "a: b", "2024", "1e3", "007", "1_000", "it's", '"a"', "{x}"),
    *("[1, 2]", "ü", "no", "True", "2024-01-01", "- a", "@a", "%a", "&a", "*a"),
    *("a, b", "|", "=", "a=b", "null_"),
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "key", ["data_folder", "alm_source", "experiment", "audio_cache", "note"]
)
def test_text_stays_as_it_was_given(tmp_path, monkeypatch, key, text):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(
        "data_folder: !PLACEHOLDER\nalm_source: null\nexperiment: a\n"
        "audio_cache: !ref <experiment>/audio\nnote: words  # own\n"
        f"again: !ref <{key}>\ndata_folder_: x\n"
    )
    data = [] if key == "data_folder" else ["--data_folder=/x"]
    found = load(tmp_path / "train.py", "a.yaml", *data, f"--{key}={text}")
    is_file = key in ("data_folder", "audio_cache")
    assert found[key] == (str(tmp_path / text) if is_file else text)
    assert found["again"] == found[key]


def test_a_home_is_found_and_null_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    (tmp_path / "a.yaml").write_text("data_folder: x\nalm_source: x\n")
    recipe = tmp_path / "train.py"
    found = load(
        recipe, "a.yaml", "--data_folder=~/a", "--alm_source=~/not/there"
    )
    assert found["data_folder"] == "/home/somebody/a"
    assert found["alm_source"] == "/home/somebody/not/there"
    assert load(recipe, "a.yaml", "--alm_source=null")["alm_source"] is None


def test_what_is_no_text_is_yaml(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "lr: 1.0\nlabels: [a]\nmerge: {}\nalm: null\nalm_source: x\n"
    )
    found = load(
        tmp_path / "train.py",
        *("a.yaml", "--lr=1e-5", "--labels", "[b, c]", "--merge={b: c}"),
        *("--alm=!new:collections.Counter", "--alm_source=!ref <lr>"),
    )
    assert found == {
        **{"lr": 1e-5, "labels": ["b", "c"], "merge": {"b": "c"}},
        **{"alm": {}, "alm_source": 1e-5},
    }


def test_a_value_that_is_no_yaml_is_named(recipe):
    with pytest.raises(ValueError, match="Expected YAML as --lr, but line 1"):
        load(recipe, "hparams/base.yaml", "--lr={a: 1")


@pytest.mark.parametrize("name", ["", ".", "/", "no", "no/a.yaml", "no+clap"])
def test_what_is_no_yaml_is_named(tmp_path, name):
    message = "Expected a YAML file at .*, but there is none. Give the path"
    with pytest.raises(FileNotFoundError, match=message):
        find_yaml(name, tmp_path)
    (tmp_path / "hparams").mkdir()
    (tmp_path / "hparams" / "a.yaml").write_text("lr: 1")
    with pytest.raises(FileNotFoundError, match="in hparams/: a.yaml."):
        find_yaml(name, tmp_path)


def test_run_options_may_stand_in_a_yaml(tmp_path):
    text = "test_only: yes\nnoprogressbar: on\nprecision: !ref <p>\np: fp16\n"
    path = tmp_path / "a.yaml"
    path.write_text(text + "debug: on\noutput_folder: /here\nlr: 1\n")
    words = [str(path), "--noprogressbar=no"]
    text, run_opts = parse_arguments(words, tmp_path / "train.py")
    assert run_opts["test_only"] is True and run_opts["debug"] is True
    assert run_opts["noprogressbar"] is False  # the command line goes before
    assert run_opts["precision"] == "fp32"  # the Brain will work it out
    assert "/here" not in text


def test_debugging_goes_elsewhere_unless_it_shall_persist(tmp_path):
    (tmp_path / "a.yaml").write_text("output_folder: /here\n")
    for flags, stays in (
        (["--debug"], False),
        (["--debug", "--debug_persistently"], True),
    ):
        folder = load(tmp_path / "train.py", "a.yaml", *flags)["output_folder"]
        assert (folder == "/here-debug") == stays and folder != "/here"


def test_a_base_may_lie_among_those_of_the_recipe(recipe, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(f"base: {TAG} [base]\nlr: 9.0\n")
    assert load(recipe, path)["lr"] == 9.0
