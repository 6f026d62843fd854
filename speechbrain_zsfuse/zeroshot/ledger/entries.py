"""The file of the ledger, read and checked: corpora, collections, models.

What each field means stands at the head of ``known.yaml``.
"""

from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from speechbrain_zsfuse.errors import nearest, show, unreadable
from speechbrain_zsfuse.evaluation.marks import SURE
from speechbrain_zsfuse.loading.yaml_text import parse_yaml, read_text
from speechbrain_zsfuse.options import Text
from speechbrain_zsfuse.zeroshot.ledger.licences import Licence

_KNOWN = Path(__file__).with_name("known.yaml")
ANYTHING = "anything"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Statement(_Entry):
    """That a model was trained on corpora, and who says so.

    Example
    -------
    >>> Statement(corpora=["MELD"], source="its card", sure="authors").part
    """

    corpora: list[Text] = Field(min_length=1)
    source: Text
    sure: Literal[tuple(SURE)]
    part: Text | None = None
    release: Text | None = None
    note: Text | None = None


class Collection(_Entry):
    """A body of speech or sound, what it contains, and what it may contain.

    Example
    -------
    >>> Collection(source="its page", may_contain="anything").contains
    []
    """

    source: Text
    contains: list[Text] = []
    may_contain: Literal[ANYTHING] | list[Text] = []
    note: Text | None = None


class Model(_Entry):
    """What is known of a model's training data.

    Example
    -------
    >>> Model(source="its page", sources=["owner/name"]).complete
    False
    """

    source: Text
    sources: list[Text] = []
    files: list[Text] = []
    lobe: Text | None = None
    trained_on: list[Statement] = []
    complete: bool = False
    starts_from: list[Text] = []
    note: Text | None = None


class Ledger(_Entry):
    """All entries; see ``read_ledger``.

    Example
    -------
    >>> Ledger(corpora=["MELD"]).models
    {}
    """

    corpora: list[Text] = []
    collections: dict[Text, Collection] = {}
    models: dict[Text, Model] = {}
    licences: dict[Text, Licence] = {}

    def within(self, name):
        """A corpus or collection and all that it contains, as a set.

        Example
        -------
        >>> sorted(read_ledger().within("Libri-Light"))
        ['Libri-Light', 'LibriSpeech']
        """
        inner = self.collections.get(name)
        parts = map(self.within, inner.contains) if inner else ()
        return {name}.union(*parts)

    def lineage(self, name):
        """A model and all that it begins with, nearest first, as a list.

        Example
        -------
        >>> read_ledger().lineage("ParaCLAP")
        ['ParaCLAP', 'audEERING wav2vec 2.0', 'wav2vec 2.0 Robust']
        """
        found = [name]
        for one in found:  # grows as it goes
            before = self.models[one].starts_from
            found += [other for other in before if other not in found]
        return found


def read_ledger(path=None):
    """What is documented, and a file of one's own on top of it.

    Arguments
    ---------
    path : str or Path, optional
        YAML of the form of ``known.yaml``; an entry of a name that is known
        goes in its place.

    Returns
    -------
    Ledger

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such file, or if an entry is not as it must be; the file
        and the entry are named.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "my_ledger.yaml"
    >>> _ = path.write_text("models: {Mine: {sources: [results/mine]}}")
    >>> read_ledger(path)
    Traceback (most recent call last):
    ValueError: Expected `models.Mine.source` in .../my_ledger.yaml, but it is \
not there. Add it.
    """
    return _known() if path is None else _on_top(_known(), Path(path))


@cache
def _known():
    return _on_top(Ledger(), _KNOWN)


def _on_top(below, path):
    """The entries of a file, over others."""
    own = _read(path)
    ledger = Ledger(
        corpora=[*dict.fromkeys([*below.corpora, *own.corpora])],
        collections=below.collections | own.collections,
        # Those on top come first: a source of theirs is not one of below.
        models=own.models | below.models | own.models,
        licences=below.licences | own.licences,
    )
    _check_names(ledger, own, path)
    _check_complete(own, path)
    _check_circles(ledger, path)
    return ledger


def _read(path):
    try:
        text = read_text(path)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"Expected a ledger in {path}, but there is no such file. Correct "
            "the path, or leave out `ledger`."
        ) from error
    except OSError as error:
        raise unreadable(path, error) from error
    content = parse_yaml(text, f"in {path}")
    try:
        return Ledger.model_validate({} if content is None else content)
    except ValidationError as error:
        raise ValueError(_explain(error.errors()[0], path)) from None


def _explain(problem, path):
    """The first problem that pydantic found, in words."""
    where = ".".join(map(str, problem["loc"])) or "the whole"
    kind, found = problem["type"], show(problem["input"])
    if kind == "missing":
        return f"Expected `{where}` in {path}, but it is not there. Add it."
    if kind == "extra_forbidden":
        return (
            f"Expected no `{where}` in {path}: the ledger has no such field. "
            "Correct its name; known.yaml in zeroshot/ledger shows them all."
        )
    words = problem["msg"].removeprefix("Input should be ")
    words = words.replace("Value error, empty", "text that is not empty")
    return (
        f"Expected `{where}` in {path} to be {words}, but got {found}. Correct "
        "it."
    )


def _check_names(ledger, own, path):
    """Every name that an entry speaks of has an entry."""
    bodies = [*ledger.corpora, *ledger.collections]
    for name, one in own.collections.items():
        inner = [] if one.may_contain == ANYTHING else one.may_contain
        for other in [*one.contains, *inner]:
            _check_name(other, bodies, f"collections.{name}", path)
    for name in own.licences:
        _check_name(name, [*bodies, *ledger.models], "licences", path)
    for name, model in own.models.items():
        for statement in model.trained_on:
            for other in statement.corpora:
                _check_name(other, bodies, f"models.{name}.trained_on", path)
        for other in model.starts_from:
            place = f"models.{name}.starts_from"
            _check_name(other, ledger.models, place, path)


def _check_name(name, known, where, path):
    if name not in known:
        raise ValueError(
            f"Expected names of entries in `{where}` of {path}, but there is "
            f"no {name!r}. {nearest(name, known)}Correct it, or add an entry."
        )


def _check_complete(own, path):
    """Who says nothing has not said all: it would be clean of everything."""
    for name, model in own.models.items():
        if model.complete and not (model.trained_on or model.starts_from):
            raise ValueError(
                f"Expected `trained_on` or `starts_from` in `models.{name}` of "
                f"{path}, since it is `complete`, but got neither. Say what it "
                "was trained on, or leave `complete` out."
            )


def _check_circles(ledger, path):
    """Nothing contains itself, nor does a model begin with itself."""
    for field, entries in (
        ("contains", ledger.collections),
        ("starts_from", ledger.models),
    ):
        graph = {name: getattr(one, field) for name, one in entries.items()}
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = ", ".join(error.args[1])
            raise ValueError(
                f"Expected `{field}` in {path} to lead somewhere, but it goes "
                f"in a circle: {circle}. Correct one of them."
            ) from None
