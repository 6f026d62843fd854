"""Is this a batch of sound?

Pure functions that say what is wrong, and where, before a model sees it.
"""

import torch


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
