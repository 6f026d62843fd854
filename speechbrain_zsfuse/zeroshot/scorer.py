"""Zero-shot scores: cosine of a clip with the prompts of every emotion.

Pure functions on tensors, and one module for use in any recipe. A score is
the plain cosine pooled over the prompt ensemble (ZS-Fuse, Fig. 1; see
``ensembles.py``): no logit scale, no softmax.
"""

import logging
from copy import copy

import torch

from speechbrain_zsfuse.audio.batch import split_batch
from speechbrain_zsfuse.options import (
    Count,
    Labels,
    Repeats,
    check,
    checked,
)
from speechbrain_zsfuse.zeroshot.ensembles import (
    Ensemble,
    Weights,
    average_embeddings,
    check_weights,
    compare,
    learn_weights,
    pool_similarities,
)
from speechbrain_zsfuse.zeroshot.prompt_sets.finding import (
    Prompts,
    find_prompts,
)
from speechbrain_zsfuse.zeroshot.prompts import (
    PAPER,
    Scope,
    build_prompts,
    note_bare_labels,
    prompts_hash,
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


def zero_shot_scores(audio, bank, weights=None):
    """Cosine with each prompt, averaged over the P prompts of an emotion.

    Arguments
    ---------
    audio : torch.Tensor
        float32, shape [B, D], unit norm.
    bank : torch.Tensor
        float32, shape [P, E, D], unit norm.
    weights : list of float, optional
        Of the prompts, P; default: all the same.

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
    return pool_similarities(compare(audio, bank), weights)


class ZeroShotScorer(torch.nn.Module):
    """Drop-in module: waveforms in, one zero-shot score per emotion out.

    Arguments
    ---------
    alm : FrozenALM
        See ``speechbrain_zsfuse.lobes``.
    labels : list of str
        E emotion words, in the order of the scores.
    prompts : str, Path or list of str
        Name or path of a prompt set, or templates: see ``build_prompts``. The
        default is the paper's; ``["{label} speech"]`` takes the labels word for
        word.
    audio_repeats, text_repeats : int
        Prompt amplification, 1 to 100: the clip is repeated, the text says
        "N instances of …".
    sample_rate : int, optional
        Rate of the waveforms in Hz; default: the rate of the model. Anything
        else is resampled.
    scope : str
        What text amplification repeats: "phrase", or "word" for the emotion's
        word alone. The paper says both.
    ensemble : str
        What is averaged over prompts: their "similarities" (paper) or
        "embeddings"; or "learned", similarities with weights.
    weights : list of float, optional
        Of the prompts, for the ensemble "learned"; default: those of ``fit``.

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
        prompts: Prompts = PAPER,
        audio_repeats: Repeats = 1,
        text_repeats: Repeats = 1,
        sample_rate: Count | None = None,
        scope: Scope = "phrase",
        ensemble: Ensemble = "similarities",
        weights: Weights | None = None,
    ):
        super().__init__()
        self.alm = alm
        self.labels = list(labels)
        self.prompt_set, self.scope = find_prompts(prompts), scope
        check_weights(weights, ensemble, self.prompt_set.size)
        self.ensemble = ensemble
        self.weights = None if weights is None else [*map(float, weights)]
        self.learns = ensemble == "learned" and weights is None
        self.text_repeats = int(text_repeats)
        self.prompts = self._build_prompts()
        note_bare_labels(self.labels, self.prompts, self.prompt_set)
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
        bank = self.bank.to(audio.device)
        return zero_shot_scores(audio, bank, self.fitted_weights())

    def fitted_weights(self):
        """Weights of the prompts; None if all weigh the same.

        Returns
        -------
        list of float or None

        Raises
        ------
        ValueError
            If they are to be learned, and were not yet.
        """
        if self.learns and self.weights is None:
            raise ValueError(
                "Expected the weights of the ensemble 'learned', but there are "
                "none. Training learns them on its validation split, `fit` on "
                "any labelled clips; or give weights: [0.5, …]."
            )
        return self.weights

    def fit(self, similarities, emotions):
        """Learn the weights of the prompts from clips to validate with; files
        are embedded first by ``DualEncoderSource.fit``.

        Arguments
        ---------
        similarities : torch.Tensor
            float32, shape [N, P, E]: cosine of each clip with each prompt.
        emotions : list of str
            Labels of the N clips.

        Raises
        ------
        ValueError
            If an emotion is not among the labels of this scorer.

        Example
        -------
        >>> from speechbrain_zsfuse.lobes import CLAP
        >>> alm, labels = CLAP(getfixture("tiny_clap")), ["sad", "angry"]
        >>> scorer = ZeroShotScorer(alm, labels, "clsp", ensemble="learned")
        >>> scorer.fit(torch.eye(2)[:, None], ["sad", "angry"])
        >>> scorer.weights  # of its one prompt
        [1.0]
        """
        strange = sorted({*emotions} - {*self.labels})
        if strange:
            raise ValueError(
                f"Expected emotions among {self.labels} to learn weights of "
                f"prompts from, but got {strange}. Give clips of these labels."
            )
        targets = [self.labels.index(emotion) for emotion in emotions]
        self.weights = learn_weights(similarities, targets)
        for weight, row in zip(self.weights, self.prompts):
            logger.info("Prompts like %r weigh %.3f.", row[0], weight)

    @property
    def bank(self):
        """What clips are compared with, [P, E, D], computed when first needed;
        P is 1 if embeddings are averaged."""
        state = self.alm.weights_state()
        if self._bank is None or self._bank[0] != state:
            bank = text_bank(self.alm, self.prompts)
            averaged = self.ensemble == "embeddings"
            self._bank = state, average_embeddings(bank) if averaged else bank
        return self._bank[1]

    def amplified(self, audio_repeats, text_repeats):
        """The same model, prompts and weights with other amplification.

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
        check("audio_repeats", audio_repeats, Repeats)
        check("text_repeats", text_repeats, Repeats)
        other = copy(self)
        other.audio_repeats = int(audio_repeats)
        other.text_repeats = int(text_repeats)
        other.prompts, other._bank = other._build_prompts(), None
        return other

    def describe(self):
        """Prompts, amplification and ensemble, for ``ScoreSource.describe``."""
        return {
            "labels": self.labels,
            "prompt_set": self.prompt_set.name,
            "prompts": self.prompts,
            "prompts_sha256": prompts_hash(self.prompts),
            "audio_repeats": self.audio_repeats,
            "text_repeats": self.text_repeats,
            "scope": self.scope,
            "ensemble": self.ensemble,
            "weights": self.weights,
        }

    def _build_prompts(self):
        return build_prompts(
            self.labels, self.prompt_set, self.text_repeats, self.scope
        )

    def _resample(self, clip):
        waveform = clip.detach().cpu().float().numpy()
        return torch.from_numpy(self.alm.resample(waveform, self.sample_rate))
