"""From the content of a report to its page: one file that loads nothing.

Everything is escaped, whatever files call their classes and clips, but the
style and the figures, which are of our own making.
"""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from speechbrain_zsfuse import __version__
from speechbrain_zsfuse.evaluation.report.blocks import Block, Group

_HERE = Path(__file__).parent


def render_report(
    title: str, about: Sequence[Block], sections: Sequence[Group]
) -> str:
    """Put a page together.

    Arguments
    ---------
    title : str
    about : list of blocks
        What the page is about, before all else.
    sections : list of Group
        The contents list them by their names; the first is the results.

    Returns
    -------
    str
        HTML.

    Example
    -------
    >>> page = render_report("a < b", [], [Group("Results", [], "results")])
    >>> "<h1>a &lt; b</h1>" in page
    True
    """
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
    )
    environment.filters["kind"] = lambda block: type(block).__name__
    return environment.get_template("page.html").render(
        title=title,
        about=about,
        sections=sections,
        style=(_HERE / "style.css").read_text(encoding="utf-8"),
        version=__version__,
    )
