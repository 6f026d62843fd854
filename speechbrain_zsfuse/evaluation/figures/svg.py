"""A figure as a text of SVG, to stand in a page of HTML among others."""

import hashlib
import io
import re
from html import escape

from matplotlib import rc_context
from matplotlib.figure import Figure

from speechbrain_zsfuse.evaluation.figures.style import paper_style, settle

_STYLE = {"svg.fonttype": "none", "svg.hashsalt": ""}
_LEFT_OUT = re.compile(r"<!--.*?-->\s*|\s*<metadata>.*?</metadata>", re.DOTALL)
# The fonts after the first are as wide or narrower: nothing will overlap.
_FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"


def figure_svg(figure: Figure, title: str = "") -> str:
    """A figure as an ``<svg>`` element, on white, with texts as texts.

    It loads nothing, not even a font. Its ids are made of its content, so that
    others in the page have other ones.

    Arguments
    ---------
    figure : matplotlib.figure.Figure
    title : str
        What it shows, for those who do not see it. Two figures that are alike
        need different ones.

    Returns
    -------
    str
        The same figure and title give the same text.

    Example
    -------
    >>> svg = figure_svg(Figure((1, 1)), "Nothing")
    >>> svg[:18], "<title>Nothing</title>" in svg
    ('<svg role="img" xm', True)
    """
    content = io.StringIO()
    with paper_style(), rc_context(_STYLE):
        settle(figure)
        figure.savefig(content, format="svg", metadata={"Date": None})
    text = content.getvalue()
    text = text[text.index("<svg") :]
    text = _LEFT_OUT.sub("", text)
    text = text.replace("'DejaVu Sans'", _FONTS)
    return _with_own_ids(text, title).strip()


def _with_own_ids(text, title):
    """Ids that nothing points to fall away, others tell their figure."""
    own = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()[:10]
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', text))

    def rename(found):
        name = found[1]
        return f' id="{own}-{name}"' if name in used else ""

    text = re.sub(r' id="([^"]+)"', rename, text)
    text = re.sub(r'(href="|url\()#', rf"\1#{own}-", text)
    start, end, rest = text.partition(">")
    start = start.replace("<svg ", '<svg role="img" ', 1)
    return f"{start}{end}\n<title>{escape(title)}</title>{rest}"
