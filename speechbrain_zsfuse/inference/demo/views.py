"""From a prediction to what the page shows of it: plain values, no HTML.

It knows no model and asks none.
"""

from typing import NamedTuple

# Okabe and Ito (2008), told apart by colour-blind eyes, on white and on black;
# of more classes than colours two share one, and their names tell.
COLOURS = (
    *("#0072B2", "#E69F00", "#009E73", "#CC79A7"),
    *("#56B4E9", "#D55E00", "#F0E442", "#999999"),
)


class Bar(NamedTuple):
    """A class, a number and how long its bar is.

    Attributes
    ----------
    label, number, colour : str
    length : float
        Percent of the longest that there can be.
    """

    label: str
    number: str
    length: float
    colour: str


class Change(NamedTuple):
    """What became of a class's probability, in percent."""

    label: str
    before: str
    after: str
    points: str


class Cell(NamedTuple):
    """A window in a row of the timeline: seconds, a share, and words."""

    start: float
    width: float
    height: float
    colour: str
    title: str


def colour_of(index):
    """Colour of a class by its place among the labels.

    Example
    -------
    >>> colour_of(0), colour_of(8)
    ('#0072B2', '#0072B2')
    """
    return COLOURS[index % len(COLOURS)]


def probability_bars(labels, probabilities):
    """Probabilities, the best first.

    Arguments
    ---------
    labels : list of str
        E classes.
    probabilities : list of float
        E, in [0, 1].

    Returns
    -------
    list of Bar

    Example
    -------
    >>> probability_bars(["sad", "angry"], [0.25, 0.75])[0]
    Bar(label='angry', number='75.0 %', length=75.0, colour='#E69F00')
    """
    return [
        Bar(labels[i], _percent(p), round(100 * p, 2), colour_of(i))
        for i, p in _best_first(probabilities)
    ]


def score_bars(labels, scores):
    """Cosines, the best first; the least has no bar, the best a whole one.

    Arguments
    ---------
    labels : list of str
        E classes.
    scores : list of float
        E, in [-1, 1].

    Returns
    -------
    list of Bar

    Example
    -------
    >>> [bar.length for bar in score_bars(["a", "b", "c"], [0.1, 0.3, 0.15])]
    [100.0, 25.0, 0.0]
    """
    low, high = min(scores), max(scores)
    span = (high - low) or 1
    return [
        Bar(
            labels[i],
            _cosine(s),
            round(100 * (s - low) / span, 2),
            colour_of(i),
        )
        for i, s in _best_first(scores)
    ]


def prompt_rows(labels, prompts, similarities):
    """What each prompt scored, class by class, the best of each first.

    Arguments
    ---------
    labels : list of str
        E classes.
    prompts : list of list of str
        P rows of E prompts.
    similarities : list of list of float
        P rows of E cosines.

    Returns
    -------
    list of (str, list of (str, str))
        Label; prompts and their cosines, written down.

    Example
    -------
    >>> prompt_rows(["sad"], [["sad speech"], ["sadly"]], [[0.1], [0.2]])
    [('sad', [('sadly', '0.200'), ('sad speech', '0.100')])]
    """
    return [
        (
            label,
            [
                (prompts[i][column], _cosine(score))
                for i, score in _best_first(
                    [row[column] for row in similarities]
                )
            ],
        )
        for column, label in enumerate(labels)
    ]


def changes(labels, before, after):
    """Two answers side by side, the class that changed most first.

    Arguments
    ---------
    labels : list of str
        E classes.
    before, after : list of float
        E probabilities.

    Returns
    -------
    list of Change

    Example
    -------
    >>> changes(["sad", "angry"], [0.6, 0.4], [0.25, 0.75])[1]
    Change(label='angry', before='40.0 %', after='75.0 %', points='+35.0')
    >>> changes(["sad"], [0.5], [0.49999])[0].points
    '0.0'
    """
    moved = [round(100 * (a - b), 1) for a, b in zip(after, before)]
    order = _best_first([abs(points) for points in moved])
    return [
        Change(
            labels[i],
            _percent(before[i]),
            _percent(after[i]),
            f"{moved[i]:+.1f}".replace("-", "−") if moved[i] else "0.0",
        )
        for i, _ in order
    ]


def time_rows(segments, labels):
    """The timeline: a row a class, a cell a window, as high as probable.

    Windows that overlap meet in the middle of what they share.

    Arguments
    ---------
    segments : list of Segment
        In order.
    labels : list of str
        E classes.

    Returns
    -------
    list of (str, list of Cell)
        Label and cells, whose heights are in [0, 1].

    Example
    -------
    >>> from speechbrain_zsfuse.inference.prediction import Segment
    >>> two = [Segment(0, 4, [0.9, 0.1]), Segment(2, 6, [0.2, 0.8])]
    >>> label, cells = time_rows(two, ["sad", "angry"])[0]
    >>> label, [(cell.start, cell.width, cell.height) for cell in cells]
    ('sad', [(0, 3.0, 0.9), (3.0, 3.0, 0.2)])
    >>> cells[0].title
    '0:00 to 0:04, sad 90.0 %'
    """
    starts = [one.start for one in segments]
    ends = [one.end for one in segments]
    for i, (left, right) in enumerate(zip(segments, segments[1:])):
        if right.start < left.end:
            ends[i] = starts[i + 1] = (left.end + right.start) / 2
    return [
        (
            label,
            [
                Cell(
                    start,
                    end - start,
                    segment.probabilities[i],
                    colour_of(i),
                    f"{time_of(segment.start)} to {time_of(segment.end)}, "
                    f"{label} {_percent(segment.probabilities[i])}",
                )
                for segment, start, end in zip(segments, starts, ends)
            ],
        )
        for i, label in enumerate(labels)
    ]


def best_of(segment, labels):
    """A window in words: time, most probable class, its probability.

    Example
    -------
    >>> from speechbrain_zsfuse.inference.prediction import Segment
    >>> best_of(Segment(0, 4, [0.9, 0.1]), ["sad", "angry"])
    ('0:00 to 0:04', 'sad', '90.0 %')
    """
    index, share = _best_first(segment.probabilities)[0]
    time = f"{time_of(segment.start)} to {time_of(segment.end)}"
    return time, labels[index], _percent(share)


def time_of(seconds):
    """Minutes and seconds, as clocks show them.

    Example
    -------
    >>> time_of(62.4)
    '1:02'
    """
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes}:{seconds:02d}"


def _best_first(values):
    return sorted(enumerate(values), key=lambda pair: -pair[1])


def _percent(share):
    return f"{100 * share:.1f} %"


def _cosine(score):
    return f"{score:.3f}".replace("-", "−")
