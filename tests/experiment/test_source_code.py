"""Code of one's own is a part of a run."""

import pytest

from speechbrain_zsfuse.experiment.configuration.trees import read_yaml
from speechbrain_zsfuse.experiment.source_code import (
    changed_code,
    find_code,
    keep_code,
)


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A recipe with a helper, an encoder file, and a package elsewhere."""
    recipe, elsewhere = tmp_path / "recipe", tmp_path / "elsewhere"
    package = elsewhere / "zsfuse_test_lab" / "models"
    package.mkdir(parents=True)
    recipe.mkdir()
    (recipe / "train.py").write_text("import os, torch\nimport my_prepare\n")
    (recipe / "my_prepare.py").write_text('"""Doc."""\nimport my_words\n')
    (recipe / "my_words.py").write_text("WORDS = 1\n")
    (recipe / "unused.py").write_text("import train\n")
    (elsewhere / "zsfuse_test_encoder.py").write_text("class Mine: pass\n")
    for folder in (package.parent, package):
        (folder / "__init__.py").write_text("")
    (package / "heads.py").write_text("from .. import tools\nclass Head: ...\n")
    (package.parent / "tools.py").write_text("X = 1\n")
    monkeypatch.syspath_prepend(str(elsewhere))
    return recipe / "train.py"


YAML = """
encoder: !new:zsfuse_test_encoder.Mine
modules:
    head: !name:zsfuse_test_lab.models.heads.Head
pooling: !new:speechbrain_zsfuse.pooling.MaskedMean
counter: !new:collections.Counter
opt: !name:torch.optim.AdamW
gone: !new:no.such.module
"""


def test_everything_of_ones_own_is_found_and_nothing_installed(lab):
    assert sorted(find_code(lab, read_yaml(YAML))) == [
        "my_prepare.py",
        "my_words.py",
        "train.py",
        "zsfuse_test_encoder.py",
        "zsfuse_test_lab/__init__.py",
        "zsfuse_test_lab/models/__init__.py",
        "zsfuse_test_lab/models/heads.py",
        "zsfuse_test_lab/tools.py",
    ]


def test_libraries_are_no_code_of_ones_own_wherever_they_lie(
    tmp_path, monkeypatch
):
    for name in ("one/site-packages/zsfuse_test_lib.py", "two/peft.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text("class Mine: pass\n")
        monkeypatch.syspath_prepend(str(path.parent))
    (tmp_path / "train.py").write_text("# -*- coding: latin-1 -*-\n# \xe9\n")
    tree = read_yaml("a: !new:zsfuse_test_lib.Mine\nb: !new:peft.Mine\n")
    assert list(find_code(tmp_path / "train.py", tree)) == ["train.py"]


def test_code_that_is_none_is_named(tmp_path):
    (tmp_path / "train.py").write_text("def :\n")
    with pytest.raises(SyntaxError) as error:
        find_code(tmp_path / "train.py", {})
    assert error.value.filename == str(tmp_path / "train.py")


def test_two_files_of_one_name_are_refused(lab):
    (lab.parent / "zsfuse_test_encoder.py").write_text("class Mine: pass\n")
    lab.write_text("import zsfuse_test_encoder\n")
    with pytest.raises(ValueError, match="different names.*Rename one"):
        find_code(lab, read_yaml(YAML))


def test_other_code_is_noticed_and_other_words_are_not(lab, tmp_path):
    code, run = find_code(lab, read_yaml(YAML)), tmp_path / "run"
    assert changed_code(run, code) == []  # nothing kept yet
    keep_code(run, code)
    assert changed_code(run, code) == []
    helper = lab.parent / "my_prepare.py"
    helper.write_text('"""Other words."""\n\nimport my_words  # why\n')
    assert changed_code(run, code) == []
    (lab.parent / "my_words.py").write_text("WORDS = 2\n")
    helper.unlink()
    assert changed_code(run, code) == ["my_prepare.py", "my_words.py"]


def test_kept_code_is_whole(lab, tmp_path):
    code = find_code(lab, read_yaml(YAML))
    keep_code(tmp_path / "run", code)
    for name, path in code.items():
        kept = tmp_path / "run" / "code" / name
        assert kept.read_bytes() == path.read_bytes()
