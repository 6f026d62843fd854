"""The two towers of CLSP (Yang et al., 2026, arXiv 2601.03065).

A Zipformer2 for speech, averaged over time, and a RoBERTa for text, each with
its projections into the common space. Weights are named as in the published
file, but for its ``model.`` prefix. Clips and tokens in, embeddings out;
files, tokenizers and lengths of audio are none of its business.
"""

import dataclasses

import torch

from speechbrain_zsfuse.errors import explain_imports
from speechbrain_zsfuse.loading.fitting import count_positions, unloaded
from speechbrain_zsfuse.lobes.towers.zipformer.encoder import Zipformer2
from speechbrain_zsfuse.lobes.towers.zipformer.features import filterbank
from speechbrain_zsfuse.lobes.towers.zipformer.subsampling import (
    Conv2dSubsampling,
)

# Frames of 20 ms, padding included, that go through the encoder at once: a
# minute of audio. It bounds the memory of a large batch.
_FRAMES_PER_PASS = 3000


class CLSPTowers(torch.nn.Module):
    """Both towers.

    Arguments
    ---------
    config : CLSPConfig

    Example
    -------
    >>> from speechbrain_zsfuse.lobes.towers.zipformer.config import (
    ...     CLSPConfig,
    ...     tiny_config,
    ... )
    >>> towers = CLSPTowers(CLSPConfig.from_dict(tiny_config(9)))
    >>> clips = [torch.rand(16000) - 0.5, torch.rand(9000) - 0.5]
    >>> towers.embed_audio(clips).shape
    torch.Size([2, 32])
    """

    def __init__(self, config):
        with explain_imports():
            from transformers import RobertaConfig, RobertaModel

        super().__init__()
        audio, joint = config.audio, config.joint_size
        self.bins = audio.feature_dim
        self.encoder_embed = Conv2dSubsampling(self.bins, audio.encoder_dim)
        self.encoder = Zipformer2(audio)
        self.audio_projection = _projection(audio.encoder_dim, joint)
        self.audio_transform = _Transform(joint)
        self.text_encoder = RobertaModel(
            RobertaConfig(**dataclasses.asdict(config.text))
        )
        self.text_projection = _projection(config.text.hidden_size, joint)
        self.text_transform = _Transform(joint)
        # Part of the training loss only.
        self.logit_scale = torch.nn.Parameter(torch.zeros(()))

    def embed_audio(self, clips):
        """Embed clips of any lengths.

        Arguments
        ---------
        clips : list of torch.Tensor
            float32, shape [T], at 16 kHz, each of at least
            ``features.MINIMUM_SAMPLES``.

        Returns
        -------
        torch.Tensor
            float32, shape [B, joint size], not normalised.
        """
        return self.embed_features([filterbank(c, self.bins) for c in clips])

    def embed_features(self, features):
        """Embed filterbank features of clips of any lengths.

        Arguments
        ---------
        features : list of torch.Tensor
            float32, shape [frames of 10 ms, bins], at least
            ``subsampling.MINIMUM_FRAMES`` each.

        Returns
        -------
        torch.Tensor
            float32, shape [B, joint size], not normalised.
        """
        # One by one, without padding: see ``Conv2dSubsampling``.
        frames = [self.encoder_embed(clip[None])[0] for clip in features]
        means = [None] * len(frames)
        for chosen in passes([len(f) for f in frames], _FRAMES_PER_PASS):
            batch = self._means([frames[index] for index in chosen])
            for index, mean in zip(chosen, batch):
                means[index] = mean
        return self.audio_transform(self.audio_projection(torch.stack(means)))

    def embed_one(self, features):
        """Embed one clip, float32 [1, frames, bins], as float32 [1, D]: as
        ``embed_features`` without a list, so that it can be exported."""
        frames = self.encoder_embed(features)
        lengths = frames.new_full((1,), frames.shape[1], dtype=torch.int64)
        mean = self.encoder(frames, lengths)[0].mean(1)
        return self.audio_transform(self.audio_projection(mean))

    def embed_tokens(self, input_ids, attention_mask):
        """Embed tokens, int64 [N, L] each, as float32 [N, joint size]."""
        pooled = self.text_encoder(
            input_ids, attention_mask=attention_mask
        ).pooler_output
        return self.text_transform(self.text_projection(pooled))

    def _means(self, frames):
        """Encoder output averaged over time, [B, D], of frames [T, D]."""
        lengths = [len(f) for f in frames]
        lengths = torch.tensor(lengths, device=frames[0].device)
        frames = torch.nn.utils.rnn.pad_sequence(frames, batch_first=True)
        frames, lengths = self.encoder(frames, lengths)
        step = torch.arange(frames.shape[1], device=frames.device)
        padding = step >= lengths[:, None]
        total = frames.masked_fill(padding[..., None], 0.0).sum(dim=1)
        return total / lengths[:, None]


def passes(lengths, limit):
    """Share out clips over passes, clips of like length together.

    Arguments
    ---------
    lengths : list of int
        Of the clips.
    limit : int
        Largest length of a pass, padding included; a longer clip goes alone.

    Returns
    -------
    list of list of int
        Indices of the clips of each pass.

    Example
    -------
    >>> passes([2, 9, 3, 3], limit=6)
    [[1], [2, 3], [0]]
    """
    shared = []
    for index in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if shared and (len(shared[-1]) + 1) * lengths[shared[-1][0]] <= limit:
            shared[-1].append(index)
        else:
            shared.append([index])
    return shared


def unloaded_towers(config):
    """Towers on the CPU with memory, but whatever lay in it as weights.

    Arguments
    ---------
    config : CLSPConfig

    Returns
    -------
    CLSPTowers

    Example
    -------
    >>> from speechbrain_zsfuse.lobes.towers.zipformer.config import (
    ...     CLSPConfig,
    ...     tiny_config,
    ... )
    >>> towers = unloaded_towers(CLSPConfig.from_dict(tiny_config(9)))
    >>> towers.text_encoder.embeddings.token_type_ids.any()
    tensor(False)
    """
    towers = unloaded(CLSPTowers, config)
    return towers.to_empty(device="cpu").apply(count_positions)


def _projection(size, joint):
    return torch.nn.Sequential(
        torch.nn.Linear(size, joint),
        torch.nn.ReLU(),
        torch.nn.Linear(joint, joint),
    )


class _Transform(torch.nn.Module):
    """The last two layers of a tower; names count a dropout between them."""

    def __init__(self, joint):
        super().__init__()
        self.sequential = torch.nn.Sequential(
            torch.nn.Linear(joint, joint),
            torch.nn.ReLU(),
            torch.nn.Identity(),
            torch.nn.Linear(joint, joint),
        )

    def forward(self, x):
        """Map float32 [N, D] to [N, D']."""
        return self.sequential(x)
