"""An audio-language model as a recogniser: any words, no training."""

import torch

from speechbrain_zsfuse.inference.conventions import (
    TEMPERATURE,
    SpeechBrainRecognizer,
    as_probabilities,
)
from speechbrain_zsfuse.options import Positive, checked
from speechbrain_zsfuse.zeroshot.ensembles import compare
from speechbrain_zsfuse.zeroshot.prompt_sets.finding import known_sets
from speechbrain_zsfuse.zeroshot.prompts import PAPER
from speechbrain_zsfuse.zeroshot.scorer import (
    ZeroShotScorer,
    text_bank,
    zero_shot_scores,
)


class ZeroShotEmotionRecognizer(SpeechBrainRecognizer):
    """Cosines of a recording with prompts for each emotion, averaged.

    Arguments
    ---------
    alm : FrozenALM
        See ``speechbrain_zsfuse.lobes``.
    labels : list of str
        E words, any.
    prompts : str, Path, list of str or PromptSet
        See ``build_prompts``.
    temperature : float
        Divides the cosines before a softmax makes probabilities of them.
        Nothing calibrates these: trust their order.
    device : str, optional
        Default: where the model is.
    **options
        Of ``ZeroShotScorer``: ``audio_repeats``, ``text_repeats`` …

    Example
    -------
    >>> from speechbrain_zsfuse.lobes import CLAP
    >>> alm = CLAP(getfixture("tiny_clap"))
    >>> recognizer = ZeroShotEmotionRecognizer(alm, labels=["bored", "smug"])
    >>> sound = torch.rand(16000) - 0.5, 16000
    >>> sorted(one["label"] for one in recognizer.classify(sound))
    ['bored', 'smug']
    >>> [answer] = recognizer.predict(sound, per_prompt=True)
    >>> answer.per_prompt[0]["prompt"], len(answer.zero_shot)
    ('bored speech', 2)
    """

    @checked
    def __init__(
        self,
        alm,
        labels,
        prompts=PAPER,
        temperature: Positive = TEMPERATURE,
        device=None,
        **options,
    ):
        super().__init__()
        self.scorer = ZeroShotScorer(alm, labels, prompts, **options)
        self.temperature = temperature
        self.text_repeats = self.scorer.text_repeats
        self._rows = None
        if device is not None:
            self.to(device)

    @property
    def alm(self):
        """The audio-language model."""
        return self.scorer.alm

    @property
    def device(self):
        """Where it computes."""
        return self.alm.device

    @property
    def labels(self):
        """The scorer's, a list of E words."""
        return self.scorer.labels

    @property
    def prompts(self):
        """P rows of E texts."""
        return self.scorer.prompts

    @property
    def sample_rate(self):
        """Rate of the waveforms it wants, in Hz: that of the model."""
        return self.alm.sample_rate

    def with_words(self, labels=None, prompts=None):
        """The same model asked otherwise; it is loaded once.

        Arguments
        ---------
        labels : list of str, optional
            Default: the same.
        prompts : optional
            See ``build_prompts``; default: the same set, if it has texts for
            any word, else the paper's.

        Returns
        -------
        ZeroShotEmotionRecognizer

        Example
        -------
        >>> from speechbrain_zsfuse.lobes import CLAP
        >>> recognizer = ZeroShotEmotionRecognizer(
        ...     CLAP(getfixture("tiny_clap")), ["sad", "angry"]
        ... )
        >>> recognizer.with_words(["calm", "shy"]).prompts[0]
        ['calm speech', 'shy speech']
        """
        scorer = self.scorer
        # Weights belong to the prompts that they were learned for.
        learned = scorer.ensemble == "learned"
        return ZeroShotEmotionRecognizer(
            self.alm,
            labels or self.labels,
            prompts or _for_any_word(scorer.prompt_set),
            self.temperature,
            audio_repeats=scorer.audio_repeats,
            text_repeats=self.text_repeats,
            scope=scorer.scope,
            ensemble="similarities" if learned else scorer.ensemble,
        )

    def hear(self, sounds):
        """Embeddings of sounds: float32, shape [B, D], unit norm."""
        waves = [
            one.waveform if one.heard is None else one.heard for one in sounds
        ]
        return self.alm.encode_audio(
            [torch.from_numpy(wave) for wave in waves],
            repeats=self.scorer.audio_repeats,
        )

    def score(self, audio):
        """Zero-shot scores [B, E] of embeddings [B, D]."""
        bank = self.scorer.bank.to(audio.device)
        return zero_shot_scores(audio, bank, self.scorer.fitted_weights())

    def answer(self, sounds):
        """See ``Recognizer``."""
        audio = self.hear(sounds)
        scores = self.score(audio)
        return as_probabilities(scores, self.temperature), scores, audio

    def compare_prompts(self, audio):
        """See ``Recognizer``; of an average of embeddings, too, each alone."""
        state = self.alm.weights_state()
        if self._rows is None or self._rows[0] != state:
            self._rows = state, text_bank(self.alm, self.prompts)
        return compare(audio, self._rows[1].to(audio.device))


def _for_any_word(prompt_set):
    """The set itself if it has templates; else the one of its name, or the
    paper's."""
    if prompt_set.templates:
        return prompt_set
    return prompt_set.name if prompt_set.name in known_sets() else PAPER
