"""HTSAT as transformers computes it, with less to move and to keep.

`accelerate` replaces the stages of a frozen audio tower of transformers'
CLAP. A stage here gathers its tokens window by window once a block (instead of
rolling, cutting, pasting and rolling back), adds the position bias and the
mask of shifted windows inside fused attention (both fixed, so computed once),
and adds residuals in place. Names and values of the weights stay.

It ignores attention maps (fused attention has none) and dropout: the tower is
frozen. Embeddings differ from the original by float noise, 1e-7.
"""

import torch
from torch.nn.functional import scaled_dot_product_attention


def accelerate(audio_model):
    """Make a frozen CLAP audio tower faster, in place.

    Arguments
    ---------
    audio_model : transformers.ClapAudioModel
        In evaluation mode. The position biases are read from its weights now
        and whenever it loads others. HTSAT of any size, fused or not. A stage
        whose image does not divide into whole windows is left as it is.

    Returns
    -------
    transformers.ClapAudioModel
        The same object.

    Raises
    ------
    ValueError
        If the tower is in training mode, or if the positions that its weights
        came with are not those of its windows.

    Example
    -------
    >>> from transformers import ClapModel
    >>> tower = ClapModel.from_pretrained(getfixture("tiny_clap")).audio_model
    >>> mel = torch.randn(3, 1, 64, 64)
    >>> with torch.no_grad():
    ...     expected = tower(mel).pooler_output
    ...     got = accelerate(tower)(mel).pooler_output
    >>> torch.allclose(got, expected, atol=1e-5)
    True
    """
    if audio_model.training:
        raise ValueError(
            "Expected a frozen tower, but it is in training mode. Call "
            "`audio_model.eval()` first."
        )
    encoder = audio_model.audio_encoder
    _check_positions(encoder)
    for index, stage in enumerate(encoder.layers):
        image = encoder.input_resolutions[index]
        window = encoder.config.window_size
        known = isinstance(stage, WindowStage)
        if not known and not any(side % window for side in image):
            encoder.layers[index] = WindowStage(stage, *image)
    return audio_model


def _check_positions(encoder):
    """Raise a ValueError if a file's positions are not what they must be."""
    for name, part in encoder.named_modules():
        given = getattr(part, "relative_position_index", None)
        if given is not None:
            right = part.create_relative_position_index().to(given.device)
            if not torch.equal(given, right):
                raise ValueError(
                    f"'{name}.relative_position_index' is damaged: it is not "
                    "what a window of its size has"
                )


class WindowStage(torch.nn.Module):
    """A stage of HTSAT that keeps its tokens in the order of its windows.

    Arguments
    ---------
    stage : ClapAudioStage
        Its blocks and its downsampling are taken over.
    height, width : int
        Tokens of the image, multiples of the window.

    Example
    -------
    >>> from transformers import ClapModel
    >>> tower = ClapModel.from_pretrained(getfixture("tiny_clap")).audio_model
    >>> stage = WindowStage(tower.audio_encoder.layers[0], 16, 16)
    >>> stage(torch.randn(2, 256, 16), (16, 16))[0].shape
    torch.Size([2, 64, 32])
    """

    def __init__(self, stage, height, width):
        super().__init__()
        self.blocks, self.downsample = stage.blocks, stage.downsample
        self.image = height, width
        _read_plans(self)
        self.register_load_state_dict_post_hook(_read_plans)

    def forward(
        self,
        hidden_states,
        input_dimensions,
        output_attentions=False,
        always_partition=False,
    ):
        """Like ``ClapAudioStage.forward``, without attention maps.

        Arguments
        ---------
        hidden_states : torch.Tensor
            float32, shape [B, height * width, C].
        input_dimensions : tuple of int
            Height and width.
        output_attentions : bool
            Must be False.
        always_partition : bool
            Of no effect: every image divides into windows.

        Returns
        -------
        tuple
            Tokens of the next stage, shape [B, height * width / 4, 2 * C];
            those before downsampling; height and width of both.
        """
        if output_attentions:
            raise ValueError(
                "Expected `output_attentions=False`, but got True: fused "
                "attention keeps no maps. Take a model without `accelerate`."
            )
        for block in self.blocks:
            hidden_states = _run(block, hidden_states)
        image = hidden_states.index_select(1, self.image_order)
        if self.downsample is None:
            return image, image, (*input_dimensions, *input_dimensions)
        half = ((side + 1) // 2 for side in input_dimensions)
        smaller = self.downsample(image, input_dimensions)
        return smaller, image, (*input_dimensions, *half)


def _read_plans(stage, *_):
    """Orders and biases of a stage's blocks, from its present weights."""
    held = torch.arange(stage.image[0] * stage.image[1])
    for block in stage.blocks:
        wanted, bias = _plan(block, *stage.image)
        _keep(block, "window_order", held.argsort()[wanted])
        _keep(block, "window_bias", bias)
        held = wanted
    _keep(stage, "image_order", held.argsort())


def _plan(block, height, width):
    """Tokens in window order [H * W], and the bias [1 or windows, …]."""
    attention = block.attention.self
    size = block.window_size
    shift = block.shift_size if min(height, width) > size else 0
    image = torch.arange(height * width).view(height, width)
    order = image.roll((-shift, -shift), dims=(0, 1))
    order = order.view(height // size, size, width // size, size)
    table = attention.relative_position_bias_table.detach()
    bias = table[attention.relative_position_index].permute(2, 0, 1)[None]
    if shift:
        mask = block.get_attn_mask(height, width, bias.dtype, bias.device)
        bias = bias + mask[:, None]
    return order.transpose(1, 2).flatten(), bias.contiguous()


def _keep(module, name, value):
    """A buffer that follows to a device, but is no weight of the model."""
    device = next(module.parameters()).device
    module.register_buffer(name, value.to(device), persistent=False)


def _run(block, tokens):
    """One block of a stage, from the order of the block before to its own."""
    tokens = tokens.index_select(1, block.window_order)
    heard = _attend(block, block.layernorm_before(tokens))
    tokens = block.attention.output.dense(heard).add_(tokens)
    wide = block.intermediate.dense(block.layernorm_after(tokens))
    return block.output.dense(_activate(block, wide)).add_(tokens)


def _attend(block, tokens):
    """Attention inside windows [B, H * W, C]."""
    attention, bias = block.attention.self, block.window_bias
    split = (
        tokens.shape[0],  # a length by `len` would be fixed in ONNX
        -1,
        bias.shape[-1],
        attention.num_attention_heads,
        attention.attention_head_size,
    )
    parts = [
        layer(tokens).view(split).transpose(2, 3)
        for layer in (attention.query, attention.key, attention.value)
    ]
    if len(bias) == 1:  # the same in all windows of all clips
        parts = [part.flatten(0, 1) for part in parts]
        heard = scaled_dot_product_attention(*parts, attn_mask=bias)
    elif torch.compiler.is_exporting():  # for any number of clips
        query, key, value = parts
        scale = attention.attention_head_size**-0.5
        heard = (query @ key.mT * scale + bias).softmax(-1) @ value
        heard = heard.flatten(0, 1)
    else:  # clip by clip, or the mask would be copied for each
        heard = torch.cat(
            [
                scaled_dot_product_attention(*clip, attn_mask=bias)
                for clip in zip(*parts)
            ]
        )
    return heard.transpose(1, 2).reshape(tokens.shape)


def _activate(block, wide):
    """The activation, in place where it is the usual one.

    These are the largest tensors of the tower: a second copy of them costs
    more time than the function itself.
    """
    function = block.intermediate.intermediate_act_fn
    if getattr(function, "act", function) is torch.nn.functional.gelu:
        return torch.ops.aten.gelu_(wide)
    return function(wide)
