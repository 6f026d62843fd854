"""The page in operation: on this computer alone unless asked, until Ctrl-C.

Nothing is sent anywhere, and nothing of a recording is logged.
"""

import os
import signal
import threading
from contextlib import contextmanager

from speechbrain_zsfuse.inference.demo import shown
from speechbrain_zsfuse.inference.demo.limits import private_folder
from speechbrain_zsfuse.inference.demo.local import LocalOnly, is_local
from speechbrain_zsfuse.inference.demo.page import import_gradio, make_page

LOOPBACK = "127.0.0.1"
_WAITING = 64  # visitors
_FONTS = ("system-ui", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
# A part that is filled later is read aloud when it is.
_READ_ALOUD = """() => document.querySelectorAll("#answer, #scores").forEach(
  (part) => part.setAttribute("aria-live", "polite"))"""


@contextmanager
def serve(listener, limits, folder, host=LOOPBACK, port=None):
    """The page, up while the context is open.

    Arguments
    ---------
    listener : Listener
    limits : Limits
    folder : Path
        Of ``upload_folder``.
    host : str
        Name or address to listen at.
    port : int, optional
        Default: the first free one from 7860 on.

    Returns
    -------
    context manager of str
        The page's address.

    Raises
    ------
    OSError
        If the port is taken.
    """
    from starlette.middleware import Middleware

    local = is_local(host)
    page = make_page(listener, limits, folder, local)
    page.queue(max_size=_WAITING, api_open=False)
    try:
        _, address, _ = page.launch(
            server_name=host,
            server_port=port,
            share=False,
            quiet=True,
            prevent_thread_lock=True,
            max_file_size=int(limits.megabytes * 1e6),
            enable_monitoring=False,
            run_history=False,  # it would keep recordings in the browser
            ssr_mode=False,
            mcp_server=False,
            footer_links=[],
            app_kwargs={"middleware": [Middleware(LocalOnly)]} if local else {},
            theme=_theme(import_gradio()),
            css=shown.style(),
            js=_READ_ALOUD,
        )
        yield address
    finally:
        page.close(verbose=False)


@contextmanager
def upload_folder():
    """A private folder for uploads, and Gradio told to use it: pages that are
    up at once share it.

    Returns
    -------
    context manager of Path

    Example
    -------
    >>> with upload_folder() as folder:
    ...     os.environ["GRADIO_TEMP_DIR"] == str(folder)
    True
    >>> "GRADIO_TEMP_DIR" in os.environ
    False
    """
    with private_folder() as folder:
        ours = {
            "GRADIO_TEMP_DIR": str(folder),
            # Gradio asks itself whether it is up: no proxy may hear that.
            "NO_PROXY": ",".join(
                [os.environ.get("NO_PROXY", LOOPBACK), LOOPBACK]
            ),
        }
        before = {name: os.environ.get(name) for name in ours}
        os.environ.update(ours)
        try:
            yield folder
        finally:
            for name, value in before.items():
                del os.environ[name]
                os.environ.update({name: value} if value is not None else {})


def wait():
    """Until Ctrl-C, or until the system asks the process to end.

    Example
    -------
    >>> threading.Timer(0.1, signal.raise_signal, [signal.SIGTERM]).start()
    >>> wait()
    """
    ended = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: ended.set())
    try:
        while not ended.wait(0.5):  # seconds; a wait without end may sleep on
            pass
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


def _theme(gradio):
    """Fonts of the reader's own system; quiet words that are still read."""
    theme = gradio.themes.Default(
        primary_hue="blue", font=_FONTS, font_mono="monospace"
    )
    quiet, dark = "#565d68", "#a3abb6"
    return theme.set(
        body_text_color_subdued=quiet,
        body_text_color_subdued_dark=dark,
        block_info_text_color=quiet,
        block_info_text_color_dark=dark,
    )
