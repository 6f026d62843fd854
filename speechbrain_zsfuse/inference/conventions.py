"""SpeechBrain's conventions, as its ``EncoderClassifier`` has them.

Different on purpose: the first of the four values holds probabilities, not
their logarithms, and a file is heard by each model at its own rate.
"""

import torch

from speechbrain_zsfuse.audio.batch import split_batch
from speechbrain_zsfuse.inference.base import Recognizer

TEMPERATURE = 0.07  # where the training of CLIP and CLAP begins


class SpeechBrainRecognizer(Recognizer):
    """A recogniser with ``classify_file``, ``classify_batch`` and the like.

    Attributes
    ----------
    probabilities_per_prompt : torch.Tensor or None
        float32, shape [B, P, E], of the last call, with
        ``save_probabilities_per_prompt``: softmax of the cosines with the
        prompts of one template, divided by 0.07.

    Example
    -------
    >>> class Coin(SpeechBrainRecognizer):
    ...     labels, sample_rate = ["heads", "tails"], 16000
    ...
    ...     def answer(self, sounds):
    ...         return torch.full([len(sounds), 2], 0.5), None, None
    >>> Coin().classify_batch(torch.rand(1, 16000))
    (tensor([[0.5000, 0.5000]]), tensor([0.5000]), tensor([0]), ['heads'])
    """

    probabilities_per_prompt = None

    def load_audio(self, path):
        """Waveform of a file, float32, shape [T], at ``sample_rate``."""
        return torch.from_numpy(self.read(path).waveform)

    def classify_file(self, path):
        """Classify a file.

        Arguments
        ---------
        path : str or Path

        Returns
        -------
        probabilities : torch.Tensor
            float32, shape [1, E].
        score : torch.Tensor
            float32, shape [1]: the highest of them.
        index : torch.Tensor
            int64, shape [1]: of which class.
        text_lab : list of str
            Its label.

        Example
        -------
        See ``EmotionRecognizer``.
        """
        return self._four(self.predict_batch([self.read(path)]))

    def classify_batch(self, wavs, wav_lens=None):
        """Classify waveforms.

        An audio-language model of another rate hears them resampled, which may
        be less than what their files held.

        Arguments
        ---------
        wavs : torch.Tensor
            float in [-1, 1], shape [B, T] or [T], mono at ``sample_rate``.
        wav_lens : torch.Tensor, optional
            float, shape [B], relative lengths.

        Returns
        -------
        tuple
            See ``classify_file``; B of each.

        Example
        -------
        See ``EmotionRecognizer``.
        """
        return self._four(self.predict_batch(self.as_sounds(wavs, wav_lens)))

    def forward(self, wavs, wav_lens=None):
        """See ``classify_batch``."""
        return self.classify_batch(wavs, wav_lens)

    def as_sounds(self, wavs, wav_lens=None):
        """Clips of a batch as ``read`` gives them, see ``classify_batch``."""
        one = torch.is_tensor(wavs) and wavs.ndim == 1
        clips = split_batch(wavs[None] if one else wavs, wav_lens)
        return [self.read((clip, self.sample_rate)) for clip in clips]

    def predict_batch(self, sounds):
        """Probabilities [B, E] of a batch of sounds, without a gradient."""
        with torch.no_grad():
            probabilities, _, audio = self.answer(sounds)
            self.probabilities_per_prompt = None
            if self.save_probabilities_per_prompt and audio is not None:
                cosines = self.compare_prompts(audio)
                self.probabilities_per_prompt = as_probabilities(cosines)
        return probabilities

    def _four(self, probabilities):
        score, index = probabilities.max(-1)
        labels = [self.labels[i] for i in index.tolist()]
        return probabilities, score, index, labels


def as_probabilities(cosines, temperature=TEMPERATURE):
    """What cosines would be as probabilities; nothing calibrates them.

    Arguments
    ---------
    cosines : torch.Tensor
        float, shape [..., E].
    temperature : float
        Above 0.

    Returns
    -------
    torch.Tensor
        The same shape; the last axis adds up to 1.

    Example
    -------
    >>> as_probabilities(torch.tensor([0.1, 0.1, 0.1]))
    tensor([0.3333, 0.3333, 0.3333])
    """
    return (cosines / temperature).softmax(-1)
