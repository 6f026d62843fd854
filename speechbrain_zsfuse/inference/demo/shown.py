"""From what a model says to the HTML of the page, everything escaped.

It knows no model and no page; ``parts.html`` is what it fills.
"""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from speechbrain_zsfuse.inference.demo import views

_HERE = Path(__file__).parent


def style():
    """The page's CSS."""
    return (_HERE / "style.css").read_text(encoding="utf-8")


@cache
def _parts():
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
    )
    return environment.get_template("parts.html").module


def opening(listener, local):
    """What the page is, above all else.

    Arguments
    ---------
    listener : Listener
        Its ``name``, and whether it is ``trained``, are told.
    local : bool
        Whether no other computer reaches the page.

    Returns
    -------
    str
        HTML.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> tiny = SimpleNamespace(name="tiny", trained=True)
    >>> "stay on this computer" in opening(tiny, local=True)
    True
    """
    return str(_parts().opening(listener, local))


def heading(text):
    """A heading above parts of the page.

    Example
    -------
    >>> heading("Words")
    '<h2 class="zs zs-heading">Words</h2>'
    """
    return str(_parts().heading(text))


def waiting(limits):
    """In place of an answer, before there is one.

    Example
    -------
    >>> "up to 10 minutes and 50 MB" in waiting("10 minutes and 50 MB")
    True
    """
    return str(_parts().waiting(str(limits)))


def problem(text):
    """In place of an answer, if there can be none.

    Example
    -------
    >>> print(problem("A <b>"))
    <div class="zs zs-problem" role="alert"><p>A &lt;b&gt;</p></div>
    """
    return str(_parts().problem(text))


def answer(prediction):
    """The probabilities, the best first, and what to know of them.

    Arguments
    ---------
    prediction : Prediction

    Returns
    -------
    str
        HTML.

    Example
    -------
    >>> from speechbrain_zsfuse.inference.prediction import Prediction
    >>> page = answer(Prediction("", 2.5, ["<sad>", "angry"], [0.7, 0.3]))
    >>> "<strong>&lt;sad&gt;</strong>" in page, "2.5 s of sound" in page
    (True, True)
    """
    bars = views.probability_bars(prediction.labels, prediction.probabilities)
    duration = f"{prediction.duration:.1f} s"
    return str(_parts().answer(bars, duration, prediction.warnings))


def timeline(prediction):
    """The windows of a long recording; nothing of a short one.

    Arguments
    ---------
    prediction : Prediction

    Returns
    -------
    str
        HTML, or nothing.

    Example
    -------
    >>> from speechbrain_zsfuse.inference.prediction import (
    ...     Prediction,
    ...     Segment,
    ... )
    >>> short = Prediction("", 2.5, ["sad"], [1.0])
    >>> long = Prediction("", 2, ["sad"], [1], segments=[Segment(0, 2, [1])])
    >>> timeline(short), timeline(long).count("<rect")
    ('', 1)
    """
    segments, labels = prediction.segments, prediction.labels
    if not segments:
        return ""
    rows = views.time_rows(segments, labels)
    told = [views.best_of(segment, labels) for segment in segments]
    end = segments[-1].end
    return str(_parts().timeline(rows, told, views.time_of(end), end))


def changed(fusion):
    """What the scores of the audio-language model changed.

    Arguments
    ---------
    fusion : Fusion or None

    Returns
    -------
    str
        HTML; nothing of a model without scores.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> fusion = SimpleNamespace(
    ...     labels=["sad", "mad"],
    ...     before=[0.6, 0.4],
    ...     after=[0.3, 0.7],
    ...     meaning="Without: no scores.",
    ... )
    >>> "From <strong>sad</strong> to <strong>mad</strong>" in changed(fusion)
    True
    """
    if fusion is None:
        return ""
    best = [
        views.probability_bars(fusion.labels, values)[0].label
        for values in (fusion.before, fusion.after)
    ]
    rows = views.changes(fusion.labels, fusion.before, fusion.after)
    return str(_parts().changed(rows, *best, fusion.meaning))


def no_scores():
    """In place of scores, before there are any.

    Example
    -------
    >>> "No recording yet" in no_scores()
    True
    """
    return str(_parts().no_scores())


def scores(asked, trained):
    """Zero-shot scores, class by class and prompt by prompt.

    Arguments
    ---------
    asked : Asked
    trained : bool
        Whether there is a trained model, whose answer stays: it says so.

    Returns
    -------
    str
        HTML.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> asked = SimpleNamespace(
    ...     labels=["sad"],
    ...     prompts=[["sad speech"]],
    ...     similarities=[[0.25]],
    ...     scores=[0.25],
    ... )
    >>> "<td>sad speech</td>" in scores(asked, trained=True)
    True
    """
    bars = views.score_bars(asked.labels, asked.scores)
    rows = views.prompt_rows(asked.labels, asked.prompts, asked.similarities)
    return str(_parts().scores(bars, rows, trained))
