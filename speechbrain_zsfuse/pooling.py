"""From frames to one vector per clip; padding never counts."""


def masked_mean(hidden, mask):
    """Average the real frames of each clip.

    Arguments
    ---------
    hidden : torch.Tensor
        float, shape [B, F, D].
    mask : torch.Tensor
        bool, shape [B, F], true on real frames.

    Returns
    -------
    torch.Tensor
        float, shape [B, D].

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Example
    -------
    >>> import torch
    >>> hidden = torch.tensor([[[1.0], [3.0], [100.0]]])
    >>> masked_mean(hidden, torch.tensor([[True, True, False]]))
    tensor([[2.]])
    """
    if hidden.shape[:2] != mask.shape:
        raise ValueError(
            "Expected `mask` of the shape of the frames "
            f"{list(hidden.shape[:2])}, but got {list(mask.shape)}."
        )
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1)
