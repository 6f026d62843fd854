"""The page in Chromium, as a visitor uses it, and what is left on disk."""

import re
from contextlib import ExitStack
from importlib.util import find_spec
from types import SimpleNamespace
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from browser import find_browser
from page_models import ask_words, make_recognizer, write_sound

from speechbrain_zsfuse.inference.demo.limits import Limits
from speechbrain_zsfuse.inference.demo.listening import Listener

playwright = pytest.importorskip(
    "playwright.sync_api", reason="Chromium is driven by the extra browser"
)
# Found, not imported: who collects tests would wait for it.
pytestmark = pytest.mark.skipif(
    not find_spec("gradio"), reason="the page needs the extra demo"
)
_SECONDS = 60  # that a page may take, however busy the machine
_FILE = "#recording input[type=file]"
# What is fainter than 4.5 to 1, WCAG's AA, of the parts that are ours.
_FAINT = """() => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const behind = (part) => {
    for (; part; part = part.parentElement) {
      const colour = getComputedStyle(part).backgroundColor;
      if (!/, 0\\)|transparent/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.querySelectorAll(".zs, .zs *")].filter((part) =>
    [...part.childNodes].some((node) => node.nodeType == 3 && node.data.trim())
  ).filter((part) => {
    const two = [light(getComputedStyle(part).color), light(behind(part))];
    const [low, high] = two.sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05) < 4.5;
  }).map((part) => part.textContent);
}"""


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(
            executable_path=find_browser(),
            args=[
                "--no-sandbox",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        yield found
        found.close()


@pytest.fixture(scope="module")
def served(tiny_clap):
    """A page of each kind of model, and what it serves with."""
    from speechbrain_zsfuse.inference.demo import serving
    from speechbrain_zsfuse.inference.demo.page import import_gradio

    limits = Limits(minutes=0.5, megabytes=1)
    with ExitStack() as stack:
        import_gradio()  # as the command does, before there is a folder
        folder = stack.enter_context(serving.upload_folder())

        def up(recognizer):
            listener = Listener(recognizer, "tiny <model>")
            address = stack.enter_context(
                serving.serve(listener, limits, folder)
            )
            return SimpleNamespace(listener=listener, address=address)

        yield {
            "fused": up(make_recognizer(tiny_clap)),
            "plain": up(make_recognizer()),
            "words": up(ask_words(tiny_clap)),
            "folder": folder,
        }


@pytest.fixture(scope="module")
def visits(browser, served):
    """A visitor of each page: everything that it asks for is kept."""
    looks = {
        "fused": (1280, "dark"),
        "plain": (375, "light"),
        "words": (1280, "light"),
    }
    pages = {}
    for kind, (width, scheme) in looks.items():
        page = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        ).new_page()
        page.set_default_timeout(1000 * _SECONDS)
        page.asked, page.dialogs = [], []
        page.on(
            "request", lambda request, page=page: page.asked.append(request.url)
        )
        page.on("dialog", lambda dialog, page=page: page.dialogs.append(dialog))
        page.goto(served[kind].address)
        page.wait_for_selector(_FILE, state="attached")
        pages[kind] = page
    return pages


def give(page, path, seen="#answer .zs-lead"):
    """Give a recording; the text that answers it."""
    if not page.locator(_FILE).count():
        page.get_by_label("Clear").first.click()
        page.wait_for_selector("#answer .zs-empty")
    page.set_input_files(_FILE, path)
    page.wait_for_selector(seen)
    return page.inner_text("#answer")


def numbers(page, part):
    """Classes and numbers of the bars in a part of the page."""
    return {
        row.locator("th").inner_text(): row.locator(".zs-number").inner_text()
        for row in page.locator(f"{part} .zs-bars tbody tr").all()
    }


def check_looks(page):
    """Nothing is wider than the page, or too faint to be read."""
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(_FAINT) == []


def fill(page, box, text):
    """Type into a box; what stands beside it changes."""
    before = page.inner_html("#scores .zs")
    page.fill(f"{box} textarea", text)
    page.wait_for_function(
        "before => document.querySelector('#scores .zs').outerHTML != before "
        "&& document.querySelector('#scores .zs').innerHTML != before",
        arg=before,
    )
    return page.inner_text("#scores")


def test_a_visitor_is_answered_and_asks_in_other_words(
    visits, served, tmp_path
):
    path = write_sound(tmp_path / "clip.wav", 2)
    listener = served["fused"].listener
    wanted = listener.recognizer.predict([path])[0]
    page = visits["fused"]
    assert "A label is a guess about how a voice sounds" in page.inner_text(
        "header"
    )
    answer = give(page, path)
    assert wanted.label in answer and "2.0 s of sound" in answer
    shown = {
        one["label"]: f"{100 * one['score']:.1f} %" for one in wanted.ranked()
    }
    assert list(numbers(page, "#answer").items()) == list(shown.items())
    assert "What fusion changed" in page.inner_text("#changed")
    scores = numbers(page, "#scores")
    assert scores == {
        label: f"{score:.3f}".replace("-", "−")
        for label, score in zip(wanted.labels, wanted.zero_shot)
    }

    fill(page, "#words", "angry, happy, neutral, sad, bored")
    more = numbers(page, "#scores")
    assert more.pop("bored") and more == scores
    fill(page, "#prompts", "I hear a {adjective} person")
    assert numbers(page, "#scores").keys() == {*scores, "bored"}
    assert numbers(page, "#scores") != more
    assert "I hear a bored person" in page.inner_text("#scores")
    wrong = fill(page, "#prompts", "I hear {who}")
    assert "Expected the prompt template 'I hear {who}'" in wrong
    page.get_by_role("button", name="Back to the model's own").click()
    page.wait_for_selector("#scores .zs-bars")
    page.wait_for_function(
        "n => document.querySelectorAll('#scores .zs-bars tr').length == n",
        arg=len(scores) + 1,
    )
    assert numbers(page, "#scores") == scores
    assert numbers(page, "#answer") == shown  # it never moved
    check_looks(page)


def test_what_cannot_be_answered_is_said(visits, tmp_path):
    page = visits["fused"]
    bad = tmp_path / "a&b.wav"
    bad.write_text("no sound <script>alert(1)</script>")
    silent = write_sound(tmp_path / "silent.wav", 1, silent=[(0, 1)])
    long = write_sound(tmp_path / "long.wav", 31)
    problem = "#answer .zs-problem"
    told = give(page, bad, problem)
    assert "Cannot use a&b.wav: it is unreadable" in told
    assert "silent.wav: it is silent" in give(page, silent, problem)
    told = give(page, long, problem)
    assert "it lasts 31 s, and this page takes 30 s" in told
    assert page.get_attribute(problem, "role") == "alert"
    assert "No recording yet" in page.inner_text("#scores")
    assert "/tmp" not in told  # no place on the disk of who serves
    assert not page.dialogs
    check_looks(page)


def test_a_file_that_is_too_large_is_refused(visits, served, tmp_path):
    page = visits["plain"]
    large = tmp_path / "large.wav"
    large.write_bytes(b"RIFF" + bytes(1_100_000))
    page.set_input_files(_FILE, large)
    page.get_by_text("exceed the maximum allowed size").wait_for()
    # Who goes round the page is refused, too.
    answer = page.request.post(
        served["plain"].address + "gradio_api/upload",
        multipart={
            "files": {
                "name": "large.wav",
                "mimeType": "audio/wav",
                "buffer": large.read_bytes(),
            }
        },
    )
    assert answer.status == 413
    assert [*served["folder"].rglob("*")] == []


def test_a_model_without_scores_shows_none(visits, tmp_path):
    page = visits["plain"]
    give(page, write_sound(tmp_path / "clip.wav", 0.3))
    assert "too short to say much" in page.inner_text(".zs-warnings")
    check_looks(page)
    assert not page.locator("#scores, #words, #prompts").count()
    assert not page.is_visible("#changed")


def test_an_audio_language_model_alone_answers_any_words(visits, tmp_path):
    page = visits["words"]
    give(page, write_sound(tmp_path / "clip.wav", 12))
    assert "In the course of time" in page.inner_text("#timeline")
    assert page.locator("#timeline svg").count() == 4
    check_looks(page)
    fill(page, "#words", "bored, proud")
    assert numbers(page, "#answer").keys() == {"bored", "proud"}
    assert page.locator("#timeline svg").count() == 2
    assert not page.is_visible("#changed")


def test_nothing_that_was_uploaded_stays(
    served, visits, tmp_path, monkeypatch, capfd
):
    listener, folder = served["plain"].listener, served["folder"]
    seen, hear = [], listener.hear

    def look(path):
        seen.extend(one for one in folder.rglob("*") if one.is_file())
        return hear(path)

    monkeypatch.setattr(listener, "hear", look)
    page = visits["plain"]
    give(page, write_sound(tmp_path / "private.wav", 1))
    assert [path.name for path in seen] == ["private.wav"]
    assert [*folder.rglob("*")] == []
    assert folder.stat().st_mode & 0o077 == 0  # nobody else reads it
    assert "private" not in "".join(capfd.readouterr())  # nor is it logged


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"Host": "localhost:7860", "Origin": "http://localhost:7860"}, 200),
        ({"Host": "[::1]:7860"}, 200),
        ({"Host": "elsewhere.org"}, 403),  # DNS rebinding
        ({"Host": "127.0.0.1.elsewhere.org:7860"}, 403),
        ({"Origin": "http://elsewhere.org"}, 403),
        ({"Origin": "http://localhost.elsewhere.org"}, 403),
        ({"Origin": "null"}, 403),  # a page that hides where it is from
        ({"Host": "[::1"}, 403),
    ],
)
def test_pages_from_elsewhere_are_not_answered(served, headers, status):
    address = served["words"].address
    for place in ("config", "gradio_api/upload"):
        request = Request(f"{address}{place}", headers=headers)
        if place != "config":
            request.data = b""  # a POST, which any page may send anywhere
            status = status if status == 403 else 400
        try:
            found, text = urlopen(request).status, ""
        except HTTPError as error:
            found, text = error.code, error.read().decode()
        assert found == status
        assert found != 403 or "but it names another place: " in text


def test_a_page_asks_nobody_but_who_serves_it(visits, served):
    for kind, page in visits.items():
        own = re.compile(rf"(blob:)?{re.escape(served[kind].address)}|data:")
        assert len(page.asked) > 10
        assert [url for url in page.asked if not own.match(url)] == []
        assert served[kind].address.startswith("http://127.0.0.1:")
