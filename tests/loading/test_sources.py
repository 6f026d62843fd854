"""A source is found, or what is wrong with it is said."""

import pytest

from speechbrain_zsfuse.loading.sources import check_revision, find_file


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
