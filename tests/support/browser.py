"""A page in headless Chromium, without a network: what a reader would see.

The page is put into frames of another page, which measures them; scripts of
the page's own, if it had any, are off.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

_MEASURES = Path(__file__).with_name("browser.html")
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = (
    *(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
    ),
    *("--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars"),
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def find_browser():
    """Path of Chromium; the test is skipped if there is none."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        pytest.skip("no Chromium here: apt-get install chromium")
    return found


def open_page(page, folder):
    """Measures of a page, and what the console said.

    Arguments
    ---------
    page : str
        HTML.
    folder : Path
        For the files of the browser.

    Returns
    -------
    measures : list of dict
        One for each width and colour scheme, see ``browser.html``.
    complaints : list of str
    """
    browser = find_browser()
    wrapper = folder / "wrapper.html"
    text = _MEASURES.read_text(encoding="utf-8")
    # Within a script, nothing may look like the end of it.
    quoted = json.dumps(page).replace("<", "\\u003c")
    wrapper.write_text(text.replace('"PAGE"', quoted), encoding="utf-8")
    done = subprocess.run(
        [
            browser,
            *_OPTIONS,
            f"--user-data-dir={folder / 'browser'}",
            "--virtual-time-budget=20000",
            "--dump-dom",
            wrapper.as_uri(),
        ],
        text=True,
        capture_output=True,
        timeout=600,
    )
    found = re.search('<pre id="measures">(.+?)</pre>', done.stdout, re.S)
    assert found, done.stderr
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(found[1]), said
