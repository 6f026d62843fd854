"""Are these sentences, and tokens that say what they say?

Pure functions that say what is wrong, and where, before a model reads it.
"""

from collections.abc import Iterable

import torch


def check_texts(texts):
    """The sentences as a list; a ValueError unless they are sentences.

    Example
    -------
    >>> check_texts("angry")
    Traceback (most recent call last):
    ValueError: Expected a list of sentences, but got 'angry'. Write \
    ["angry speech"], for instance.
    """
    several = isinstance(texts, Iterable) and not isinstance(texts, str)
    sentences = list(texts) if several else []
    if not sentences or not all(isinstance(text, str) for text in sentences):
        got = sentences or texts
        raise ValueError(
            f"Expected a list of sentences, but got {got!r}. Write "
            '["angry speech"], for instance.'
        )
    return [str(text) for text in sentences]


def check_tokens(texts, rows, max_tokens):
    """Raise a ValueError if tokens lose what the sentences say.

    Example
    -------
    >>> check_tokens(["sad", "angry"], [[0, 3, 2], [0, 3, 2]], max_tokens=77)
    Traceback (most recent call last):
    ValueError: Expected different tokens for different prompts, but 'sad' \
    shares them with 'angry': the tokenizer does not know these words. Check \
    the tokenizer files beside the model.
    """
    seen = {}
    for text, row in zip(texts, rows):
        if len(row) > max_tokens:
            raise ValueError(
                f"Expected at most {max_tokens} tokens, but {text!r} has "
                f"{len(row)}. Shorten the prompt."
            )
        other = seen.setdefault(tuple(row), text)
        if other != text:
            raise ValueError(
                f"Expected different tokens for different prompts, but "
                f"{other!r} shares them with {text!r}: the tokenizer does not "
                "know these words. Check the tokenizer files beside the model."
            )


def check_token_count(count, max_tokens):
    """Raise a ValueError if rows of tokens are too long.

    Example
    -------
    >>> check_token_count(78, max_tokens=77)
    Traceback (most recent call last):
    ValueError: Expected at most 77 tokens, but got 78. Shorten the prompts.
    """
    if count > max_tokens:
        raise ValueError(
            f"Expected at most {max_tokens} tokens, but got {count}. Shorten "
            "the prompts."
        )


def check_embeddings(embeddings, kind):
    """Raise a ValueError if a model gave no numbers.

    Example
    -------
    >>> check_embeddings(torch.tensor([[torch.nan]]), "CLAP")
    Traceback (most recent call last):
    ValueError: Expected finite embeddings, but CLAP gave NaN for sound \
    input: its weights are damaged. Download them again.
    """
    if not torch.isfinite(embeddings).all():
        raise ValueError(
            f"Expected finite embeddings, but {kind} gave NaN for sound "
            "input: its weights are damaged. Download them again."
        )


def pad_tokens(rows, pad, length):
    """Token ids and attention mask, int64 [N, length], padded at the end.

    Example
    -------
    >>> pad_tokens([[0, 2], [0, 5, 2]], pad=1, length=3)
    (tensor([[0, 2, 1],
            [0, 5, 2]]), tensor([[1, 1, 0],
            [1, 1, 1]]))
    """
    ids = [row + [pad] * (length - len(row)) for row in rows]
    mask = [[1] * len(row) + [0] * (length - len(row)) for row in rows]
    return torch.tensor(ids), torch.tensor(mask)
