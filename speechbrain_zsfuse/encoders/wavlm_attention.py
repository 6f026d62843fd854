"""WavLM's attention without keeping its weights for the backward pass.

transformers computes WavLM's attention with PyTorch's slowest function and
keeps several matrices of the size [clips x heads, frames, frames] per layer.
Here the gated position bias goes into fused attention, and both are computed
again in the backward pass. In eval mode transformers' own code runs, so that
evaluation is what everybody else evaluates, to the last bit.
"""

import torch


def use_fused_attention(model):
    """Train a WavLM with fused attention, in place.

    Arguments
    ---------
    model : transformers.PreTrainedModel
        Any; only the attention of WavLM is changed. Weights keep their names.

    Returns
    -------
    int
        Number of layers changed.

    Example
    -------
    >>> from transformers import WavLMModel
    >>> use_fused_attention(
    ...     WavLMModel.from_pretrained(getfixture("tiny_wavlm"))
    ... )
    1
    """
    from transformers.models.wavlm.modeling_wavlm import WavLMAttention

    fused = _fused_class(WavLMAttention)
    changed = 0
    for module in model.modules():
        if type(module) is WavLMAttention:
            module.__class__ = fused
            changed += 1
    return changed


def gated_attention(query, key, value, gate, position_bias, padding, dropout):
    """Attention with a position bias that each query opens or shuts.

    softmax(q kᵀ / √d + gate · bias) v (Chen et al., 2022, eq. 3 to 5). Clip by
    clip, and the weights of a clip are computed again in the backward pass:
    only with dropout one byte a weight is kept.

    Arguments
    ---------
    query, key, value : torch.Tensor
        float, shape [B, H, F, d].
    gate : torch.Tensor
        float, shape [B, H, F, 1].
    position_bias : torch.Tensor
        float, shape [H, F, F].
    padding : torch.Tensor or None
        bool, shape [B, F], true on frames to be ignored.
    dropout : float
        Share of the attention weights to drop.

    Returns
    -------
    torch.Tensor
        float, shape [B, H, F, d].

    Example
    -------
    >>> frames = torch.rand(2, 4, 5, 8)
    >>> gate, bias = torch.ones(2, 4, 5, 1), torch.zeros(4, 5, 5)
    >>> gated_attention(frames, frames, frames, gate, bias, None, 0.0).shape
    torch.Size([2, 4, 5, 8])
    """
    kept = None
    if dropout:
        clips, heads, frames, _ = query.shape
        kept = torch.empty(
            clips, heads, frames, frames, dtype=torch.bool, device=query.device
        ).bernoulli_(1 - dropout)
    return _GatedAttention.apply(
        query, key, value, gate, position_bias, padding, kept, 1 - dropout
    )


class _GatedAttention(torch.autograd.Function):
    """``gated_attention`` that computes its weights again going backward."""

    @staticmethod
    def forward(ctx, query, key, value, gate, bias, padding, kept, share):
        """One clip at a time, so that one clip's weights exist at once."""
        output = torch.empty_like(query)
        for clip in range(len(query)):
            weights = _weights(query, key, gate, bias, padding, clip)
            if kept is not None:
                weights.mul_(kept[clip]).div_(share)
            output[clip] = weights.to(value.dtype) @ value[clip]
        tensors = query, key, value, gate, bias, padding, kept, output
        ctx.save_for_backward(*tensors)
        ctx.share = share
        return output

    @staticmethod
    def backward(ctx, grad):
        """Gradients of what ``forward`` was given, in that order."""
        query, key, value, gate, bias, padding, kept, output = ctx.saved_tensors
        grad = grad.to(value.dtype)
        grads = [torch.empty_like(x) for x in (query, key, value, gate)]
        grad_query, grad_key, grad_value, grad_gate = grads
        grad_bias = torch.zeros_like(bias)
        scale = query.shape[-1] ** -0.5
        for clip in range(len(query)):
            weights = _weights(query, key, gate, bias, padding, clip)
            inner = (grad[clip] @ value[clip].mT).float()
            used = weights
            if kept is not None:
                inner.mul_(kept[clip]).div_(ctx.share)
                used = weights * kept[clip] / ctx.share
            grad_value[clip] = used.to(grad.dtype).mT @ grad[clip]
            # Of the softmax: w (g - Σ w g), and Σ w g = grad · output.
            inner.sub_((grad[clip] * output[clip]).float().sum(-1, True))
            inner.mul_(weights)
            grad_gate[clip] = (inner * bias).sum(-1, True)
            grad_bias.addcmul_(inner, gate[clip].to(bias.dtype))
            inner = inner.mul_(scale).to(query.dtype)
            grad_query[clip] = inner @ key[clip]
            grad_key[clip] = inner.mT @ query[clip]
        return *grads, grad_bias, None, None, None


def _weights(query, key, gate, bias, padding, clip):
    """Attention weights of one clip, float32, [H, F, F]."""
    scores = (query[clip] @ key[clip].mT).float()
    scores.mul_(query.shape[-1] ** -0.5)
    scores.addcmul_(bias, gate[clip].to(bias.dtype))
    if padding is not None:
        scores.masked_fill_(padding[clip], -torch.inf)
    return scores.softmax(-1)


def _fused_class(base):
    """transformers' class with another forward pass in training."""

    class FusedWavLMAttention(base):
        """WavLM's attention, its weights never kept."""

        def forward(
            self,
            hidden_states,
            attention_mask=None,
            position_bias=None,
            index=0,
            **kwargs,
        ):
            """As transformers'; in evaluation it is transformers'."""
            if not self.training and self._plain():
                return super().forward(
                    hidden_states, attention_mask, position_bias, index
                )
            frames = hidden_states.shape[1]
            if position_bias is None:
                position_bias = self.compute_bias(frames, frames)
            query, key, value = (
                self._heads(layer(hidden_states))
                for layer in (self.q_proj, self.k_proj, self.v_proj)
            )
            padding = None
            if attention_mask is not None:
                padding = attention_mask.ne(1)
            mixed = gated_attention(
                query,
                key,
                value,
                self._gate(hidden_states),
                position_bias,
                padding,
                self.dropout if self.training else 0.0,
            )
            mixed = mixed.transpose(1, 2).flatten(2)
            return self.out_proj(mixed), None, position_bias

        def _plain(self):
            """Whether nothing was put in place of a projection, as LoRA is:
            transformers' code reads their weights and would pass it by."""
            layers = self.q_proj, self.k_proj, self.v_proj, self.out_proj
            return all(type(layer) is torch.nn.Linear for layer in layers)

        def _heads(self, hidden):
            return hidden.unflatten(2, (self.num_heads, -1)).transpose(1, 2)

        def _gate(self, hidden):
            """How far each query opens to position, [B, H, F, 1]."""
            pair = self.gru_rel_pos_linear(self._heads(hidden))
            pair = torch.sigmoid(pair.unflatten(-1, (2, 4)).sum(-1))
            first, second = pair.chunk(2, dim=-1)
            return first * (second * self.gru_rel_pos_const - 1.0) + 2.0

    return FusedWavLMAttention
