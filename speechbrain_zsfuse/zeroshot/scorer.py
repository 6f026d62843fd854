"""Zero-shot scores: cosine of a clip with the prompts of every emotion.

Pure functions on tensors, and one module for use in any recipe. A score is
the plain cosine averaged over the prompt ensemble (ZS-Fuse, Fig. 1): no logit
scale, no softmax.
"""

import logging

import torch

from speechbrain_zsfuse.audio.batch import split_batch
from speechbrain_zsfuse.options import (
    Count,
    Labels,
    Repeats,
    checked,
)
from speechbrain_zsfuse.zeroshot.prompts import (
    PAPER_TEMPLATES,
    Templates,
    build_prompts,
    labels_without_words,
)

logger = logging.getLogger(__name__)


def text_bank(alm, prompts):
    """Embed a prompt ensemble.

    Arguments
    ---------
    alm : FrozenALM
    prompts : list of list of str
        P rows of E prompts, see ``build_prompts``.

    Returns
    -------
    torch.Tensor
        float32, shape [P, E, D], unit norm.

    Example
    -------
    >>> from speechbrain_zsfuse.lobes import CLAP
    >>> alm = CLAP(getfixture("tiny_clap"))
    >>> text_bank(alm, build_prompts(["angry", "sad"])).shape
    torch.Size([3, 2, 32])
    """
    texts = [prompt for row in prompts for prompt in row]
    embeddings = alm.encode_text(texts)
    return embeddings.reshape(len(prompts), len(prompts[0]), -1)


def zero_shot_scores(audio, bank):
    """Cosine with each prompt, averaged over the P prompts of an emotion.

    Arguments
    ---------
    audio : torch.Tensor
        float32, shape [B, D], unit norm.
    bank : torch.Tensor
        float32, shape [P, E, D], unit norm.

    Returns
    -------
    torch.Tensor
        float32, shape [B, E], in [-1, 1].

    Example
    -------
    >>> bank = torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [-1, 0]]])
    >>> zero_shot_scores(torch.tensor([[0.6, 0.8]]), bank)
    tensor([[0.6000, 0.1000]])
    """
    with torch.autocast(audio.device.type, enabled=False):
        return torch.einsum("bd,ped->bpe", audio, bank).mean(1)


class ZeroShotScorer(torch.nn.Module):
    """Drop-in module: waveforms in, one zero-shot score per emotion out.

    Arguments
    ---------
    alm : FrozenALM
        See ``speechbrain_zsfuse.lobes``.
    labels : list of str
        E emotion words, in the order of the scores.
    templates : list of str
        Prompt templates, see ``build_prompts``. The default is the paper's
        ensemble; ``["{label} speech"]`` takes the labels word for word.
    audio_repeats, text_repeats : int
        Prompt amplification, 1 to 100: the clip is repeated, the text says
        "N instances of …".
    sample_rate : int, optional
        Rate of the waveforms in Hz; default: the rate of the model. Anything
        else is resampled.

    Example
    -------
    >>> from speechbrain_zsfuse.lobes import CLAP
    >>> alm = CLAP(getfixture("tiny_clap"))
    >>> scorer = ZeroShotScorer(alm, labels=["angry", "neutral", "sad"])
    >>> wavs, lens = torch.rand(2, 16000) - 0.5, torch.tensor([1.0, 0.5])
    >>> scorer(wavs, lens).shape
    torch.Size([2, 3])
    """

    @checked
    def __init__(
        self,
        alm,
        labels: Labels,
        templates: Templates = PAPER_TEMPLATES,
        audio_repeats: Repeats = 1,
        text_repeats: Repeats = 1,
        sample_rate: Count | None = None,
    ):
        super().__init__()
        self.alm = alm
        self.labels = list(labels)
        self.templates = list(templates)
        self.text_repeats = int(text_repeats)
        self.prompts = build_prompts(labels, templates, self.text_repeats)
        _note_bare_labels(self.prompts, self.labels, templates)
        self.audio_repeats = int(audio_repeats)
        self.sample_rate = sample_rate or alm.sample_rate
        self._bank = None

    def forward(self, wavs, lens=None):
        """Score a batch.

        Arguments
        ---------
        wavs : torch.Tensor or list of torch.Tensor
            float, shape [B, T], mono at ``sample_rate`` Hz; or B clips.
        lens : torch.Tensor, optional
            float, shape [B], relative lengths.

        Returns
        -------
        torch.Tensor
            float32, shape [B, E], in [-1, 1].
        """
        clips = split_batch(wavs, lens)
        if self.sample_rate != self.alm.sample_rate:
            clips = [self._resample(clip) for clip in clips]
        audio = self.alm.encode_audio(clips, repeats=self.audio_repeats)
        return zero_shot_scores(audio, self.bank.to(audio.device))

    @property
    def bank(self):
        """The prompts' embeddings [P, E, D], computed when first needed."""
        state = self.alm.weights_state()
        if self._bank is None or self._bank[0] != state:
            self._bank = state, text_bank(self.alm, self.prompts)
        return self._bank[1]

    def amplified(self, audio_repeats, text_repeats):
        """The same model and prompts with other amplification.

        Arguments
        ---------
        audio_repeats, text_repeats : int
            1 to 100.

        Returns
        -------
        ZeroShotScorer

        Example
        -------
        >>> from speechbrain_zsfuse.lobes import CLAP
        >>> scorer = ZeroShotScorer(
        ...     CLAP(getfixture("tiny_clap")), ["sad", "mad"]
        ... )
        >>> scorer.amplified(2, 3).prompts[0][0]
        '3 instances of sad speech'
        """
        return ZeroShotScorer(
            self.alm,
            self.labels,
            self.templates,
            audio_repeats,
            text_repeats,
            self.sample_rate,
        )

    def _resample(self, clip):
        waveform = clip.detach().cpu().float().numpy()
        return torch.from_numpy(self.alm.resample(waveform, self.sample_rate))


def _note_bare_labels(prompts, labels, templates):
    for label in labels_without_words(labels, templates):
        column = [row[labels.index(label)] for row in prompts]
        logger.warning(
            "No adverb and noun of %r are known: its prompts are %s.",
            label,
            ", ".join(map(repr, column)),
        )
