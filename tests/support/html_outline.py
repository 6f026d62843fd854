"""What a page of HTML is made of, by the parser of the standard library."""

from html.parser import HTMLParser

_VOID = {"meta", "link", "br", "img", "input", "hr", "col", "wbr"}


class Outline(HTMLParser):
    """Elements, ids, links and headings of a page, and what is not closed.

    Arguments
    ---------
    page : str
    """

    def __init__(self, page):
        super().__init__()
        self.elements, self.texts, self.open, self.torn = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.torn.append(tag)

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        """All text, blanks as they are."""
        return "".join(self.texts)

    def values(self, name):
        """Values of an attribute, of all elements."""
        return [own[name] for _, own in self.elements if name in own]

    def levels(self):
        """Levels of the headings, in order."""
        heads = [tag for tag, _ in self.elements if tag in "h1 h2 h3 h4 h5 h6"]
        return [int(tag[1]) for tag in heads if len(tag) == 2]
