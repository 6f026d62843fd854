"""Is this a batch of sound, are these tokens of sentences?

Pure functions that say what is wrong, and where, before a model sees it.
"""

import operator
from collections.abc import Iterable

import torch


def check_repeats(name, value):
    """A whole number of at least 1, as an int.

    Arguments
    ---------
    name : str
        Of the option, for the error.
    value : int
        Of any integer type; True is none.

    Returns
    -------
    int

    Example
    -------
    >>> check_repeats("audio_repeats", 0)
    Traceback (most recent call last):
    ValueError: Expected `audio_repeats` to be a whole number of at least 1, \
but got 0.
    """
    try:
        number = 0 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = 0
    if number < 1:
        raise ValueError(
            f"Expected `{name}` to be a whole number of at least 1, but got "
            f"{value!r}."
        )
    return number


def true_sizes(wavs, lens):
    """Lengths in samples, shape [B], from relative lengths (None: full).

    Example
    -------
    >>> true_sizes(torch.zeros(2, 10), torch.tensor([1.0, 0.5]))
    [10, 5]
    """
    if lens is None:
        return [wavs.shape[1]] * len(wavs)
    return torch.round(lens.double() * wavs.shape[1]).long().tolist()


def check_batch(wavs, lens):
    """Raise a ValueError unless waveforms and lengths are a batch.

    Example
    -------
    >>> check_batch(torch.zeros(16000), None)
    Traceback (most recent call last):
    ValueError: Expected `wavs` of floats of shape [clips, samples], but got \
    torch.float32 of shape [16000]. For one clip give `wav[None]`.
    """
    if not torch.is_tensor(wavs):
        raise TypeError(
            "Expected `wavs` to be a tensor of shape [clips, samples], but got "
            f"{type(wavs).__name__}. Use torch.from_numpy."
        )
    if wavs.ndim != 2 or not wavs.is_floating_point():
        raise ValueError(
            "Expected `wavs` of floats of shape [clips, samples], but got "
            f"{wavs.dtype} of shape {list(wavs.shape)}. For one clip give "
            "`wav[None]`."
        )
    if not len(wavs):
        raise ValueError("Expected at least one clip, but the batch is empty.")
    if lens is None:
        return
    if not torch.is_tensor(lens):
        raise TypeError(
            f"Expected `lens` to be a tensor of shape [{len(wavs)}], but got "
            f"{type(lens).__name__}. Use torch.tensor."
        )
    fits = list(lens.shape) == [len(wavs)]
    if not fits or not (lens.min() >= 0 and lens.max() <= 1.0001):
        raise ValueError(
            f"Expected `lens` to be {len(wavs)} lengths relative to the "
            f"longest clip, in (0, 1], but got {lens.tolist()}."
        )


def check_clips(wavs, sizes, repeats=1, min_samples=1):
    """Raise a ValueError that names the first clip without usable sound.

    Example
    -------
    >>> check_clips(torch.zeros(1, 4), sizes=[4])
    Traceback (most recent call last):
    ValueError: Expected sound in every clip, but clip 0 of the batch is \
    silent (every sample is zero). Check the file and the relative lengths.
    """
    ends = torch.tensor(sizes, device=wavs.device)[:, None]
    inside = torch.arange(wavs.shape[1], device=wavs.device) < ends
    finite = (wavs.isfinite() | ~inside).all(dim=1)
    heard = ((wavs != 0) & inside).any(dim=1)
    facts = torch.stack([finite, heard], dim=1).tolist()  # one wait for a GPU
    for index, (size, (is_finite, is_heard)) in enumerate(zip(sizes, facts)):
        problem = (
            "is empty"
            if size < 1
            else f"is too short ({size * repeats} samples, repetitions "
            f"included; at least {min_samples} are needed)"
            if size * repeats < min_samples
            else "holds NaN or infinite values"
            if not is_finite
            else "is silent (every sample is zero)"
            if not is_heard
            else None
        )
        if problem:
            raise ValueError(
                f"Expected sound in every clip, but clip {index} of the batch "
                f"{problem}. Check the file and the relative lengths."
            )


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
