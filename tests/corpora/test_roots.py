"""Folders of several corpora: in manifests, in options, and everywhere a
``data_folder`` is taken."""

import re

import pandas
import pytest
from speechbrain.dataio.dataset import DynamicItemDataset

from speechbrain_zsfuse.corpora.manifests import read_manifest
from speechbrain_zsfuse.corpora.roots import Roots, read_roots, replacements
from speechbrain_zsfuse.experiment.configuration.given import read_given
from speechbrain_zsfuse.experiment.configuration.places import absolute_paths
from speechbrain_zsfuse.experiment.configuration.trees import read_yaml
from speechbrain_zsfuse.experiment.options.checking import check_options
from speechbrain_zsfuse.experiment.options.command import check_places
from speechbrain_zsfuse.experiment.resuming.facts import describe_clips
from speechbrain_zsfuse.hub.publishing.places import read_place
from speechbrain_zsfuse.hub.publishing.verifying import find_audio
from speechbrain_zsfuse.inference.labelling.clips import find_clips
from speechbrain_zsfuse.options import check


@pytest.fixture
def joined(tmp_path):
    """Folders of corpora a and a_b, and a manifest of both, ``test.csv``."""
    for name in ("a", "a_b"):
        (tmp_path / name / "wav").mkdir(parents=True)
        (tmp_path / name / "wav" / "1.wav").write_bytes(name.encode())
    rows = [
        (f"{name}/1", 1.5, f"$data_root_{name}/wav/1.wav", "sad", f"{name}:1")
        for name in ("a", "a_b")
    ]
    columns = ["ID", "duration", "wav", "emotion", "speaker"]
    frame = pandas.DataFrame(rows, columns=columns)
    frame.to_csv(tmp_path / "test.csv", index=False)
    return {name: str(tmp_path / name) for name in ("a", "a_b")}


def test_each_corpus_has_a_folder(joined, tmp_path):
    wavs = [f"{folder}/wav/1.wav" for folder in joined.values()]
    read = read_manifest(tmp_path / "test.csv", joined)
    assert read["wav"].tolist() == wavs
    facts = describe_clips({"test": tmp_path / "test.csv"}, joined)
    assert [*facts] == ["clip a/1", "clip a_b/1"]
    options = f"{{a: {joined['a']}, a_b: {joined['a_b']}}}"
    for given in (joined, options):
        found = find_audio(tmp_path, given)
        assert [str(path) for path in found.values()] == wavs
    clips = find_clips([str(tmp_path / "test.csv")], options)
    assert [clip.path for clip in clips] == wavs


def test_speechbrain_itself_finds_the_files(joined, tmp_path):
    # SpeechBrain's own column ID, and its own replacement of variables.
    read = DynamicItemDataset.from_csv(
        tmp_path / "test.csv", replacements=replacements(joined)
    )
    for name, folder in joined.items():
        assert read.data[f"{name}/1"]["wav"] == f"{folder}/wav/1.wav"


def test_a_folder_that_is_not_given_is_named(joined, tmp_path):
    del joined["a_b"]
    expected = (
        f"{tmp_path}/test.csv: Expected to know the folder that "
        "$data_root_a_b stands for, but only that of $data_root_a is given. "
        "Give {a_b: /path/to/it}, with those of all others."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        read_manifest(tmp_path / "test.csv", joined)
    with pytest.raises(ValueError, match=re.escape("only that of $data_root ")):
        read_manifest(tmp_path / "test.csv", tmp_path)
    with pytest.raises(ValueError, match=r"\$data_root_a stands for in .*test"):
        list(find_clips([str(tmp_path / "test.csv")]))


def test_a_path_behind_a_root_is_relative(joined, tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("ID,duration,wav\nx,1,$data_root_a//data/x.wav\n")
    with pytest.raises(ValueError, match="paths relative to \\$data_root"):
        read_manifest(path, joined)


@pytest.mark.parametrize(
    "value", [{}, {"a-b": "/x"}, {"": "/x"}, {"a": ""}, {"a": None}, "", 3]
)
def test_what_is_no_folder_is_refused(value):
    with pytest.raises(ValueError, match="a dictionary of corpus .* to path"):
        check("--data_folder", value, Roots)


def test_a_command_line_gives_several(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    word = "{a: corpora/a, b: ~/b}"
    assert read_roots("corpora/{a}") == "corpora/{a}"
    assert read_roots("{'a': '/a', \"b\": /b}") == {"a": "/a", "b": "/b"}
    tree = {"data_folder": read_yaml("x: !PLACEHOLDER")["x"]}
    given = read_given({"data_folder": word}, tree)
    assert given == {"data_folder": {"a": "corpora/a", "b": "~/b"}}
    text = absolute_paths(f"data_folder: {word}\nlabels: [sad, angry]\n")
    monkeypatch.setenv("HOME", "/home/me")
    text = absolute_paths(f"data_folder: {word}\n")
    assert read_yaml(text) == {
        "data_folder": {"a": f"{tmp_path}/corpora/a", "b": "/home/me/b"}
    }
    check_options(text)
    with pytest.raises(ValueError, match="^Expected --data_folder to be a pat"):
        check_options("data_folder: {a-b: /x}")


def test_each_folder_is_looked_for_and_not_written_into(joined, tmp_path):
    values = {"data_folder": joined, "output_folder": f"{tmp_path}/results"}
    check_places(values)
    with pytest.raises(ValueError, match="lies in .*/a_b, where nothing is"):
        check_places(values | {"output_folder": f"{joined['a_b']}/results"})
    missing = joined | {"c": f"{tmp_path}/c"}
    with pytest.raises(FileNotFoundError, match=f"the corpus in {tmp_path}/c,"):
        check_places({"data_folder": missing})


def test_a_run_is_published_with_its_corpora(joined, tmp_path):
    text = "".join(f"  {name}: {place}\n" for name, place in joined.items())
    (tmp_path / "hyperparams.yaml").write_text(f"data_folder:\n{text}")
    found = read_place(tmp_path, "data_folder")
    assert {name: str(place) for name, place in found.items()} == joined
    (tmp_path / "hyperparams.yaml").write_text(f"data_folder:\n{text}  c: /c\n")
    assert read_place(tmp_path, "data_folder") is None
