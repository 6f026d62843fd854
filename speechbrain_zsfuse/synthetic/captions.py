"""Captions of made-up voices, and a tokenizer that fits them.

It knows the words for emotions and nothing of sound.
"""

import json
from itertools import product

from speechbrain_zsfuse.synthetic.style import EMOTIONS
from speechbrain_zsfuse.zeroshot.prompts import PAPER_TEMPLATES, amplify
from speechbrain_zsfuse.zeroshot.words import EMOTION_WORDS

TEMPLATES = (
    *PAPER_TEMPLATES,
    "{adjective} voice",
    "a {adjective} {who}",
    "speech of a {adjective} {who}",
    "a {who} speaking {adverb}",
    "a {who} talks {adverb}",
    "the voice of a {who} full of {noun}",
)
WHO = {"male": ("man", "speaker"), "female": ("woman", "speaker")}
COUNTS = (1, 2, 3, 4)
SPECIAL_TOKENS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
VOCABULARY_SIZE = 400


def write_caption(template, emotion, who, count=1):
    """Fill a template.

    Arguments
    ---------
    template : str
        One of ``TEMPLATES``.
    emotion : str
        One of ``style.EMOTIONS``.
    who : str
        Word for the speaker.
    count : int
        How often the utterance is heard; from 2 on the caption says so.

    Returns
    -------
    str

    Example
    -------
    >>> write_caption("a {who} talks {adverb}", "sad", "woman", count=2)
    '2 instances of a woman talks sadly'
    """
    adjective, adverb, noun = EMOTION_WORDS[emotion]
    caption = template.format(
        adjective=adjective, adverb=adverb, noun=noun, who=who
    )
    return amplify(caption, count)


def draw_caption(rng, emotion, sex, count=1):
    """A random caption; ``rng`` is a numpy.random.Generator.

    Example
    -------
    >>> import numpy as np
    >>> draw_caption(np.random.default_rng(1), "sad", "female")
    'a sad speaker'
    """
    template = TEMPLATES[rng.integers(len(TEMPLATES))]
    who = WHO[sex][rng.integers(len(WHO[sex]))]
    return write_caption(template, emotion, who, count)


def list_captions():
    """Every caption, a sorted list of str without doubles.

    Example
    -------
    >>> "3 instances of angry speech" in list_captions()
    True
    """
    words = {word for words in WHO.values() for word in words}
    every = product(TEMPLATES, EMOTIONS, words, COUNTS)
    return sorted({write_caption(*fields) for fields in every})


def make_tokenizer():
    """Train a RoBERTa tokenizer (byte-level BPE) on the captions.

    Returns
    -------
    transformers.RobertaTokenizer
        At most ``VOCABULARY_SIZE`` tokens; any text can be encoded.

    Example
    -------
    >>> tokenizer = make_tokenizer()
    >>> tokenizer.decode(tokenizer("sad speech")["input_ids"])
    '<s>sad speech</s>'
    """
    from tokenizers.implementations import ByteLevelBPETokenizer
    from transformers import RobertaTokenizer

    bpe = ByteLevelBPETokenizer()
    bpe.train_from_iterator(
        list_captions(),
        vocab_size=VOCABULARY_SIZE,
        min_frequency=1,
        special_tokens=list(SPECIAL_TOKENS),
        show_progress=False,
    )
    model = json.loads(bpe.to_str())["model"]
    merges = [tuple(pair) for pair in model["merges"]]
    return RobertaTokenizer(vocab=model["vocab"], merges=merges)
