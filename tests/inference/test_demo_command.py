"""`zsfuse demo`: what it says, and what it asks for, without a page."""

import sys
from contextlib import contextmanager

import pytest
from page_models import make_recognizer

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.inference.demo import serving
from speechbrain_zsfuse.inference.demo.limits import Limits
from speechbrain_zsfuse.inference.demo.page import import_gradio
from speechbrain_zsfuse.inference.labelling.models import ModelChoice


@pytest.fixture
def asked(monkeypatch):
    """What the command would serve, and how."""
    pytest.importorskip("gradio", reason="the page needs the extra demo")
    given = {}

    @contextmanager
    def serve(listener, limits, folder, host, port):
        given.update(listener=listener, limits=limits, folder=folder)
        given.update(host=host, port=port)
        assert folder.is_dir()
        yield f"http://{host}:{port}/"

    monkeypatch.setattr(serving, "serve", serve)
    monkeypatch.setattr(serving, "wait", lambda: None)
    monkeypatch.setattr(
        ModelChoice, "load_recognizer", lambda choice: make_recognizer()
    )
    return given


def test_it_listens_to_this_computer_alone_unless_asked(asked, capsys):
    assert main(["demo", "my/run", "--port", "7999"]) == 0
    assert asked["host"] == "127.0.0.1"
    assert asked["limits"] == Limits(minutes=10, megabytes=50)
    assert not asked["folder"].exists()
    told = capsys.readouterr().out
    assert told == "my/run is at http://127.0.0.1:7999/ (Ctrl-C ends it)\n"


def test_who_opens_it_to_others_is_warned(asked, capsys):
    assert main(["demo", "my/run", "--host", "0.0.0.0"]) == 0
    told = capsys.readouterr().out
    assert "whoever reaches this computer can use the page" in told
    assert "no password" in told


@pytest.mark.parametrize(
    "words, told",
    [
        (["x", "--minutes", "0"], "Expected a limit of minutes above 0"),
        (["clap=x"], "Expected words to ask clap=x for"),
        (["no/model"], "No trained model found at 'no/model'"),
    ],
)
def test_what_is_wrong_is_said(words, told, capsys):
    pytest.importorskip("gradio", reason="the page needs the extra demo")
    assert main(["demo", *words]) == 2
    assert told in capsys.readouterr().err


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "gradio", None)
    with pytest.raises(ImportError, match=r"speechbrain-zsfuse\[demo\]"):
        import_gradio()


def test_gradio_is_told_to_call_nobody(monkeypatch):
    gradio = pytest.importorskip("gradio", reason="the extra demo")
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "True")
    import_gradio()
    assert gradio.analytics.analytics_enabled() is False


def test_a_port_that_is_taken_is_an_error(tmp_path):
    pytest.importorskip("gradio", reason="the page needs the extra demo")
    import socket

    from speechbrain_zsfuse.inference.demo.listening import Listener

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        listener = Listener(make_recognizer())
        with (
            pytest.raises(OSError, match=f"{port}"),
            serving.serve(listener, Limits(), tmp_path, port=port),
        ):
            pass
