"""How prompts name an emotion: forms of ``corpora/words/families.py``, and for
a word that no family knows, forms that fit any word.
"""

from speechbrain_zsfuse.corpora.words.families import FORMS, find_family

EMOTION_WORDS = {word: (word, *forms) for word, forms in FORMS.items()}


def find_words(label):
    """Adjective, adverb and noun of the emotion that a label names.

    Arguments
    ---------
    label : str
        The adjective, the noun or another word of its family, in small letters
        or capitals.

    Returns
    -------
    tuple of str or None
        None if no family has the word.

    Example
    -------
    >>> find_words("Anger")
    ('angry', 'angrily', 'anger')
    >>> find_words("smug") is None
    True
    """
    return EMOTION_WORDS.get(find_family(label))


def make_words(label):
    """Forms that read well for an adjective, and can be read for a noun.

    Example
    -------
    >>> make_words("envious")
    ('envious', 'in an envious way', 'an envious tone')
    """
    article = "an" if label[:1].lower() in "aeiou" else "a"
    return label, f"in {article} {label} way", f"{article} {label} tone"
