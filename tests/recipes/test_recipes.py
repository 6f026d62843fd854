"""Every recipe: the commands of the paper, YAMLs without copies, and what
SpeechBrain asks of a recipe.

SpeechBrain's own checks are not in its wheel. Where its repository is on disk
they run, too: SPEECHBRAIN_CHECKOUT=/path/to/speechbrain python -m pytest
"""

import ast
import csv
import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import ruamel.yaml
from places import ROOT

from speechbrain_zsfuse.experiment.configuration.composition import (
    PROTOCOL,
    compose,
)
from speechbrain_zsfuse.experiment.configuration.settings import flatten
from speechbrain_zsfuse.experiment.configuration.trees import read_yaml

CORPORA = {
    "RAVDESS": "ravdess",
    "IEMOCAP": "iemocap",
    "MSP-Podcast": "msp_podcast",
}
ENCODERS = {
    "wavlm": "microsoft/wavlm-base-plus",
    "wavlm_large": "microsoft/wavlm-large",
    "hubert": "facebook/hubert-base-ls960",
    "hubert_large": "facebook/hubert-large-ll60k",
}
ALMS = {
    "none": None,
    "clap": "!new:speechbrain_zsfuse.lobes.CLAP",
    "reclap": "!new:speechbrain_zsfuse.lobes.ReCLAP",
    "clsp": "!new:speechbrain_zsfuse.lobes.CLSP",
}
COMBINATIONS = [
    (corpus, encoder, alm)
    for corpus in CORPORA
    for encoder in ENCODERS
    for alm in ALMS
]
# What reads the hyperparameters of a recipe, beside its train.py.
READERS = (
    *("experiment/run", "experiment/claim", "experiment/describe"),
    "experiment/scoring",
    *("training/brain", "training/loop"),
)


def hparams(corpus):
    return ROOT / "recipes" / corpus / "hparams"


def values(path):
    """Top-level values of a YAML, bases filled in."""
    return ruamel.yaml.YAML().load(compose(path))


@pytest.mark.parametrize("corpus, encoder, alm", COMBINATIONS)
def test_a_combination_is_one_command(corpus, encoder, alm):
    name, parts = f"{encoder}_{alm}", [encoder, alm]
    content = values(hparams(corpus) / f"{name}.yaml")
    assert content["encoder_source"] == ENCODERS[encoder]
    assert content["experiment"] == name
    tag = getattr(content["alm"], "tag", None)
    assert (tag and tag.value) == ALMS[alm]
    on_top = compose(hparams(corpus) / f"{CORPORA[corpus]}.yaml", None, parts)
    assert flatten(read_yaml(on_top)) == flatten(content)
    readme = ROOT / "recipes" / corpus / "README.md"
    assert {f"`{part}`" for part in parts} <= set(
        re.findall(r"`\w+`", readme.read_text(encoding="utf-8"))
    )


@pytest.mark.parametrize("corpus", CORPORA)
def test_the_protocol_is_the_papers(corpus):
    """AdamW, batches of 32, 30 epochs, learning rate 2e-5."""
    content = values(hparams(corpus) / f"{CORPORA[corpus]}.yaml")
    assert content["loader"]["batch_size"] == 32
    assert content["number_of_epochs"] == 30
    assert content["lr"] == 0.00002
    assert content["opt_class"].tag.value == "!name:torch.optim.AdamW"


@pytest.mark.parametrize("corpus", CORPORA)
def test_no_yaml_repeats_a_value_of_its_base(corpus):
    protocol = values(PROTOCOL / "zsfuse.yaml")
    for path in hparams(corpus).glob("*.yaml"):
        own = ruamel.yaml.YAML().load(path.read_text(encoding="utf-8"))
        same = [k for k in own if k != "base" and own[k] == protocol.get(k, "")]
        # an experiment may well have the name that the protocol begins with
        assert same in ([], ["experiment"]), path


@pytest.mark.parametrize("corpus", CORPORA)
def test_the_table_of_recipes_is_complete(corpus):
    path = ROOT / "tests" / "recipes" / f"{corpus}.csv"
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    listed = [row["Hparam_file"] for row in rows]
    yamls = [
        str(yaml.relative_to(ROOT)) for yaml in hparams(corpus).glob("*.yaml")
    ]
    assert sorted(listed) == sorted(yamls)
    for row in rows:
        for field in ("Script_file", "Data_prep_file", "Readme_file"):
            assert (ROOT / row[field]).is_file()
        assert row["test_debug_flags"]


@pytest.mark.parametrize("corpus", CORPORA)
def test_every_key_of_a_yaml_is_used(corpus):
    content = compose(hparams(corpus) / f"{CORPORA[corpus]}.yaml")
    scripts = readers_text(corpus)
    for key in ruamel.yaml.YAML().load(content):
        used = (
            re.search(rf'hparams(\.|\["|, "|\.get\("){key}\b', scripts)
            or f"<{key}>" in content
            or f"<{key}." in content
            or key.startswith("__")
            or key in run_options()
        )
        assert used, f"{key} is set and never used"


@pytest.mark.parametrize("corpus", CORPORA)
def test_train_py_fits_on_a_screen(corpus):
    script = ROOT / "recipes" / corpus / "train.py"
    assert len(script.read_text(encoding="utf-8").splitlines()) < 80


@pytest.mark.parametrize("corpus", CORPORA)
def test_public_functions_of_a_recipe_say_what_they_do(corpus):
    for path in (ROOT / "recipes" / corpus).glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), path
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                public = not node.name.startswith("_")
                assert ast.get_docstring(node) or not public, node.name


def readers_text(corpus):
    """Text of the scripts that read the hyperparameters.

    Before they are loaded, they are called values.
    """
    paths = [ROOT / "speechbrain_zsfuse" / f"{name}.py" for name in READERS]
    paths.append(ROOT / "recipes" / corpus / "train.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    return re.sub(r"\bvalues\b", "hparams", text)


def run_options():
    from speechbrain.utils.run_opts import RunOptions

    return RunOptions().as_dict()


# ------------------------------------------------- SpeechBrain's own checks
CHECKOUT = os.environ.get("SPEECHBRAIN_CHECKOUT")
needs_checkout = pytest.mark.skipif(
    not CHECKOUT,
    reason="set SPEECHBRAIN_CHECKOUT to SpeechBrain's repository, whose "
    "checks are not in its wheel",
)


@pytest.fixture
def checks(tmp_path, monkeypatch):
    """Import a module of SpeechBrain's tests, working from our root."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "tests").symlink_to(Path(CHECKOUT, "tests"))
    monkeypatch.syspath_prepend(str(tmp_path / "checks"))
    monkeypatch.chdir(ROOT)
    yield importlib.import_module
    for name in [n for n in sys.modules if n.split(".")[0] == "tests"]:
        del sys.modules[name]


@needs_checkout
def test_speechbrains_check_of_recipes(checks):
    module = checks("tests.consistency.test_recipe")
    module.test_recipe_list()
    module.test_recipe_files()
    module.test_mandatory_files()
    module.test_README_links()


@needs_checkout
@pytest.mark.parametrize("corpus", CORPORA)
def test_speechbrains_check_of_yamls(corpus, checks, tmp_path):
    """On what is executed: bases filled in, and all that reads the keys."""
    module = checks("tests.utils.check_yaml")
    script = tmp_path / "script.py"
    script.write_text(readers_text(corpus))
    for path in hparams(corpus).glob("*.yaml"):
        if path.stem.startswith("small"):
            continue  # an encoder of our own has no `encoder_source`
        yaml = tmp_path / path.name
        yaml.write_text(compose(path))
        assert module.check_yaml_vs_script(str(yaml), str(script))


@needs_checkout
@pytest.mark.parametrize("corpus", CORPORA)
def test_speechbrains_runs_of_recipes(corpus, tmp_path, request):
    """Two rows of each table, with made-up data where the flags look."""
    for name in ("recipes", "tests/recipes"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "tests").symlink_to(Path(CHECKOUT, "tests"))
    data = tmp_path / "tests" / "tmp"
    data.mkdir()
    made = {"wavlm": "tiny_wavlm", "clsp": "tiny_clsp"}
    made[corpus] = CORPORA[corpus]
    for name, fixture in made.items():
        (data / name).symlink_to(request.getfixturevalue(fixture))
    yamls = [
        f"recipes/{corpus}/hparams/{name}.yaml"
        for name in ("wavlm_none", "hubert_large_clsp")
    ]
    code = (
        "import sys; from tests.utils.recipe_tests import run_recipe_tests;"
        f"sys.exit(not run_recipe_tests(filters_fields=['Hparam_file'],"
        f"filters=[{yamls}], run_opts='--device=cpu --noprogressbar'))"
    )
    places = os.pathsep.join([str(tmp_path / "checks"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": places},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@needs_checkout
def test_speechbrains_check_of_docstrings(tmp_path):
    """On a copy, as it reads whatever lies below the folder it is given."""
    for name in ("speechbrain_zsfuse", "recipes"):
        shutil.copytree(
            ROOT / name,
            tmp_path / name,
            ignore=shutil.ignore_patterns("__pycache__", "results"),
        )
    (tmp_path / "tests").symlink_to(Path(CHECKOUT, "tests"))
    code = (
        "from tests.utils.check_docstrings import check_docstrings;"
        "import sys;"
        "sys.exit(not check_docstrings('.', ['speechbrain_zsfuse', 'recipes']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
