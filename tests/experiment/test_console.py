"""The terminal shows what a run has to say; log.txt has all the rest."""

import io
import logging
import warnings

import pytest
from speechbrain.utils.logger import TqdmCompatibleStreamHandler

from speechbrain_zsfuse.experiment.console import (
    close_logging,
    open_console,
    open_log,
)


@pytest.fixture
def run(tmp_path):
    """Folder of a run whose log was begun; logging is given back after it."""
    open_console()
    open_log(tmp_path)
    yield tmp_path
    close_logging()


def speak_as(path, level, text):
    """As if a file had logged something."""
    logger = logging.getLogger("any")
    record = logger.makeRecord("any", level, path, 1, text, (), None)
    logger.handle(record)


def test_libraries_speak_to_the_log_alone(run):
    shown = io.StringIO()
    [console] = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, TqdmCompatibleStreamHandler)
    ]
    console.setStream(shown)
    library, recipe = logging.__file__, __file__
    speak_as(library, logging.WARNING, "torchvision is not available")
    speak_as(library, logging.ERROR, "the library fails")
    speak_as(recipe, logging.INFO, "my recipe begins")
    speak_as(recipe, logging.DEBUG, "a detail")
    warnings.warn("a class is never predicted", UserWarning, stacklevel=1)
    assert shown.getvalue() == "the library fails\nmy recipe begins\n"
    log = (run / "log.txt").read_text()
    for text in ("torchvision", "a detail", "quirks", "is never predicted"):
        assert text in log


def test_logging_is_given_back_as_it_was(tmp_path):
    root, show = logging.getLogger(), warnings.showwarning
    before = root.level, [*root.handlers]
    open_console()
    open_console()  # the next run of the same process
    open_log(tmp_path)
    assert root.level == logging.DEBUG
    close_logging()
    close_logging()
    assert (root.level, root.handlers) == before
    assert warnings.showwarning is show


def test_versions_are_written_down(run):
    assert "Python version" in (run / "env.log").read_text()


def test_a_run_that_goes_on_keeps_its_log(run):
    speak_as(__file__, logging.INFO, "the first time")
    open_console()
    open_log(run)
    assert "the first time" in (run / "log.txt").read_text()
