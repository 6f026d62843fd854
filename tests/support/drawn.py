"""What can be seen of a figure: its texts, and whether they are in order."""

from itertools import combinations

from matplotlib.text import Text


def texts_of(figure):
    """Texts that are drawn, once the figure is; ticks outside are not."""
    hidden = {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        for label in (tick.label1, tick.label2)
        if not min(axis.get_view_interval())
        <= tick.get_loc()
        <= max(axis.get_view_interval())
    }
    return [
        text
        for text in figure.findobj(Text)
        if text.get_text() and text.get_visible() and text not in hidden
    ]


def check_texts(figure, smallest=6):
    """Each is large enough, within the figure, and touches no other."""
    whole, boxes = figure.bbox, []
    for text in texts_of(figure):
        box, words = text.get_window_extent(), text.get_text()
        assert text.get_fontsize() >= smallest, words
        assert whole.x0 <= box.x0 and box.x1 <= whole.x1, words
        assert whole.y0 <= box.y0 and box.y1 <= whole.y1, words
        boxes.append((words, box))
    for (words, box), (others, other) in combinations(boxes, 2):
        assert not box.overlaps(other), (words, others)
    assert boxes
