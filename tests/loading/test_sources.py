"""A source is found, or what is wrong with it is said."""

import pytest

from speechbrain_zsfuse.encoders.ssl import SSLEncoder
from speechbrain_zsfuse.loading.sources import (
    check_revision,
    find_file,
    is_path,
)
from speechbrain_zsfuse.loading.tokenizers import load_tokenizer
from speechbrain_zsfuse.lobes.clap import CLAP


@pytest.mark.parametrize("revision", ["main", "v1", "refs/pr/3", "a" * 39])
def test_a_branch_is_no_revision(revision):
    with pytest.raises(ValueError, match="40 hexadecimal digits.*can move"):
        check_revision(revision)
    with pytest.raises(ValueError, match="40 hexadecimal digits"):
        find_file("laion/clap-htsat-unfused", ["a"], "CLAP", revision)


def test_a_commit_is_one():
    check_revision("8fa0f1c6d0433df6e97c127f64b2a1d6c0dcda8a")


def test_find_file_prefers_the_first_name(tmp_path):
    for name in ("b", "a"):
        (tmp_path / name).touch()
    assert find_file(tmp_path, ["a", "b"], "CLAP") == tmp_path / "a"
    assert find_file(tmp_path / "b", ["a"], "CLAP") == tmp_path / "b"


@pytest.mark.parametrize(
    "source, message",
    [
        ("laion/no-such-clap", "hub does not.*hf download"),
        ("/no/such/folder", "no such file or folder"),
        ("folder/clap.pt", "no such file or folder"),
        (".", "Expected intact a or b in it"),
    ],
)
def test_an_unknown_source_is_explained(source, message):
    with pytest.raises(FileNotFoundError, match=f"No CLAP.*{message}"):
        find_file(source, ["a", "b"], "CLAP")


@pytest.mark.parametrize("there", [True, False])
def test_a_pickle_is_asked_for_only_if_there_are_no_safetensors(
    monkeypatch, there
):
    """Not if the hub merely does not answer."""
    import huggingface_hub
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError

    class NoAnswer(HfHubHTTPError):
        def __init__(self):
            Exception.__init__(self, "503")

    def download(source, name, revision):
        if name == "a.safetensors":
            raise NoAnswer() if there else EntryNotFoundError("404")
        return name

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    names = ["a.safetensors", "a.bin"]
    if there:
        with pytest.raises(FileNotFoundError, match="does not answer"):
            find_file("owner/name", names, "CLAP")
    else:
        assert find_file("owner/name", names, "CLAP").name == "a.bin"


def no_hub(*args, **kwargs):
    raise AssertionError(f"the hub is asked for {args}")


@pytest.mark.parametrize(
    "source, hint",
    [
        ("results/clpa", "Did you mean results/clap.*'results' is a folder"),
        ("results/xyzzy", "The hub is not asked, as 'results' is a folder"),
        ("./resluts/clap", "Did you mean results"),
        ("./models/clap", "no such file or folder"),
        ("../models", "no such file or folder"),
        ("~/clap", "`~` means nothing here: write /"),
        ("models/clap.pt", "no such file or folder"),
        ("models/config.json", "no such file or folder"),
        ("clap", "no such file or folder"),
        ("a/b/c", "no such file or folder"),
    ],
)
@pytest.mark.parametrize("find", [find_file, SSLEncoder, CLAP, load_tokenizer])
def test_a_mistyped_folder_is_not_asked_of_the_hub(
    tmp_path, monkeypatch, source, hint, find
):
    (tmp_path / "results" / "clap").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("huggingface_hub.hf_hub_download", no_hub)
    arguments = {find_file: (["a"], "CLAP"), load_tokenizer: (9,)}
    with pytest.raises(FileNotFoundError, match=f"{source}.*{hint}"):
        find(source, *arguments.get(find, ()))


def test_a_commit_makes_it_a_name_of_the_hub(tmp_path, monkeypatch):
    (tmp_path / "owner").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "huggingface_hub.hf_hub_download", lambda *names, **_: names[1]
    )
    assert find_file("owner/name", ["a"], "CLAP", "0" * 40).name == "a"
    assert is_path("owner/name") and not is_path("other/name")
