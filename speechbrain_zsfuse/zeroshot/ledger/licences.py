"""Licences of corpora and weights, and what follows for weights made of them.

It compares identifiers, and is no lawyer: where it cannot tell, it says so.
"""

from pydantic import BaseModel, ConfigDict

from speechbrain_zsfuse.options import Text

_PERMISSIVE = {"apache-2.0", "mit", "bsd-3-clause", "cc-by-4.0"}
_FREE = {"cc0-1.0"}  # asks for nothing


class Licence(BaseModel):
    """What may be done with a corpus, or with the weights of a model.

    Attributes
    ----------
    id : str
        As the Hugging Face hub spells it; ``other`` for terms of its own,
        ``none`` where no licence is stated, ``unclear`` where sources differ.
    source : str
        Who says so.
    note : str or None

    Example
    -------
    >>> Licence(id="none", source="its page").known
    False
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: Text
    source: Text
    note: Text | None = None

    @property
    def known(self):
        """Whether it is one of those that go by a name.

        All of these let one give copies to others; of somebody's own terms one
        cannot know.
        """
        return self.id not in ("other", "none", "unclear")


def combine_licences(ids):
    """The licence that suits what is made of several works, if one does.

    Arguments
    ---------
    ids : list of str
        Of the works, see ``Licence``.

    Returns
    -------
    str or None
        The one that asks for more than all others, which are permissive; None
        if it cannot be told.

    Example
    -------
    >>> combine_licences(["apache-2.0", "cc-by-nc-sa-4.0"])
    'cc-by-nc-sa-4.0'
    >>> combine_licences(["cc-by-sa-3.0", "cc-by-nc-sa-4.0"])
    >>> combine_licences(["apache-2.0", "other"])
    """
    works = {*ids}
    if any(not Licence(id=one, source="-").known for one in works):
        return None
    if any("-nd-" in one for one in works):  # nothing may be made of it
        return None
    strict = works - _FREE - _PERMISSIVE or works - _FREE or works
    return strict.pop() if len(strict) == 1 else None
