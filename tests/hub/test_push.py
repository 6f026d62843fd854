"""Uploads to the hub: private, whole, resumed, and silent about the token."""

import logging

import huggingface_hub
import pytest

from speechbrain_zsfuse.hub.publishing.push import push

CARD = "---\nlicense: mit\n---\n\n# Mine\n"
REPOSITORY = "me/mine"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "README.md").write_text(CARD)
    (tmp_path / "model.safetensors").write_bytes(b"w" * 60_000)
    return tmp_path


@pytest.fixture
def silence(capfd, caplog):
    """Nothing that was printed or logged may hold the token."""
    caplog.set_level(logging.DEBUG)
    yield
    told = "".join(capfd.readouterr()) + caplog.text
    assert "hf_secret" not in told


def test_a_folder_is_uploaded_whole_and_private(hub, folder, silence):
    address = push(folder, REPOSITORY, endpoint=hub.address)
    assert address.startswith(f"{hub.address}/{REPOSITORY}/commit/")
    there = hub.repositories[REPOSITORY]
    assert there["private"]
    assert there["files"] == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }


def test_public_is_public_only_if_it_is_meant(hub, folder):
    push(folder, REPOSITORY, public=True, endpoint=hub.address)
    assert not hub.repositories[REPOSITORY]["private"]
    (folder / "README.md").write_text(CARD + "more")
    with pytest.raises(ValueError, match="me/mine to be private, but every"):
        push(folder, REPOSITORY, endpoint=hub.address)
    assert b"more" not in hub.repositories[REPOSITORY]["files"]["README.md"]


def test_what_was_sent_is_not_sent_again(hub, folder, silence):
    hub.breaks = True
    with pytest.raises(
        ConnectionError, match="broke off: .*model.safe.* Run the same command"
    ):
        push(folder, REPOSITORY, endpoint=hub.address)
    assert not hub.repositories[REPOSITORY]["files"]
    hub.breaks = False
    push(folder, REPOSITORY, endpoint=hub.address)
    (folder / "README.md").write_text(CARD + "more")
    push(folder, REPOSITORY, endpoint=hub.address)
    assert hub.sent == 1


def test_an_interrupted_upload_says_how_it_goes_on(hub, folder, capsys):
    class Api(huggingface_hub.HfApi):
        def upload_folder(self, **options):
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(huggingface_hub, "HfApi", Api)
        with pytest.raises(KeyboardInterrupt):
            push(folder, REPOSITORY, endpoint=hub.address)
    assert "Run the same command again: what was" in capsys.readouterr().out


def test_a_token_that_may_not_write(hub, folder, silence, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret_of_somebody_else")
    with pytest.raises(PermissionError, match="token that may write") as caught:
        push(folder, REPOSITORY, endpoint=hub.address)
    assert "hf auth login" in str(caught.value)
    assert "hf_secret" not in repr(caught.value)


def test_a_card_that_the_hub_refuses(hub, folder):
    (folder / "README.md").write_text(CARD.replace("mit", "free-for-all"))
    with pytest.raises(ValueError, match='(?s)refused.*"license" must be'):
        push(folder, REPOSITORY, endpoint=hub.address)


def test_without_network(hub, folder, silence):
    with pytest.raises(ConnectionError, match="but the connection failed"):
        push(folder, REPOSITORY, endpoint="http://127.0.0.1:9")


def test_switched_off(folder):
    with pytest.raises(ConnectionError, match="switched off .HF_HUB_OFFLINE"):
        push(folder, REPOSITORY)


@pytest.mark.parametrize("name", ["mine", "me/my model", "a/b/c", "", 7])
def test_a_name_that_the_hub_cannot_have(name, folder):
    with pytest.raises(ValueError, match="Expected `--push` to be owner/name"):
        push(folder, name)
