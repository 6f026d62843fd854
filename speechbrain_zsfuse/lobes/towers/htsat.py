"""What HTSAT hears: the front end that LAION-CLAP and ReCLAP share.

Waveforms in, log-mel spectrograms out, batched and on the device, equal to
the official code: int16 round trip, window of 10 s, slaney mels for unfused
models; for fused ones HTK mels and, of audio beyond the window, a squeezed
view of the whole with three chunks of it (Wu et al., 2023, section 3.3).
"""

import numpy as np
import torch

from speechbrain_zsfuse.audio.batch import ClipError
from speechbrain_zsfuse.audio.window import (
    AudioFill,
    LongAudio,
    choose,
    fill_window,
    window_key,
)
from speechbrain_zsfuse.options import checked

_VIEWED = 1800  # seconds of which a fused model is shown a view of the whole


class HTSATFrontEnd(torch.nn.Module):
    """Log-mel spectrograms of a model's window.

    Arguments
    ---------
    sample_rate, window_size, fft_size, hop_size, mels : int
        In Hz, samples, samples, samples, bands. The defaults are those of
        every official checkpoint.
    low, high : float
        Range of the mel bands in Hz.
    fused : bool
        Whether the tower fuses four views of long audio.
    long_audio : str
        Part of longer audio: ``first``, ``centre`` or ``random`` (drawn by
        the clip's content). Of a fused model it is the part of each third.
    audio_fill : str
        What follows a shorter clip: ``repeatpad``, ``pad`` or ``repeat``.

    Raises
    ------
    ValueError
        If ``long_audio`` or ``audio_fill`` is something else.

    Example
    -------
    >>> front_end = HTSATFrontEnd()
    >>> mels, longer = front_end(torch.rand(2, 9600), [9600, 4800], repeats=1)
    >>> mels.shape, longer.tolist()
    (torch.Size([2, 1, 1001, 64]), [[False], [False]])
    """

    @checked
    def __init__(
        self,
        sample_rate=48000,
        window_size=480000,
        fft_size=1024,
        hop_size=480,
        mels=64,
        low=50,
        high=14000,
        fused=False,
        long_audio: LongAudio = "first",
        audio_fill: AudioFill = "repeatpad",
    ):
        from transformers.audio_utils import mel_filter_bank

        super().__init__()
        self.sample_rate, self.window_size = sample_rate, window_size
        self.fft_size, self.hop_size = fft_size, hop_size
        self.fused = fused
        self.max_samples = round(_VIEWED * sample_rate) if fused else None
        self.long_audio, self.audio_fill = long_audio, audio_fill
        self.settings = {
            "kind": "log-mel",
            "sample_rate": sample_rate,
            "window_size": window_size,
            "fft_size": fft_size,
            "hop_size": hop_size,
            "mels": mels,
            "low": low,
            "high": high,
            "fused": fused,
            "long_audio": long_audio,
            "audio_fill": audio_fill,
        }
        self.description = (
            f"int16 {audio_fill} {long_audio} {sample_rate} {window_size} "
            f"{fft_size} {hop_size} {mels} {low} {high} {fused}"
        )
        filters = mel_filter_bank(
            num_frequency_bins=fft_size // 2 + 1,
            num_mel_filters=mels,
            min_frequency=low,
            max_frequency=high,
            sampling_rate=sample_rate,
            norm=None if fused else "slaney",
            mel_scale="htk" if fused else "slaney",
        )
        filters = torch.as_tensor(filters, dtype=torch.float32)
        window = torch.hann_window(fft_size, dtype=torch.float32)
        self.register_buffer("mel_filters", filters, persistent=False)
        self.register_buffer("hann_window", window, persistent=False)

    @property
    def frames(self):
        """Frames of the window."""
        return self.window_size // self.hop_size + 1

    def forward(self, wavs, sizes, repeats):
        """Features of a batch.

        Arguments
        ---------
        wavs : list of torch.Tensor or torch.Tensor
            float32, B clips of shape [T] or more, mono at ``sample_rate`` Hz.
        sizes : list of int
            True lengths in samples.
        repeats : int
            Repetitions of each clip, before anything else.

        Returns
        -------
        features : torch.Tensor
            float32, shape [B, 1, frames, mels] in dB; [B, 4, …] if fused.
        longer : torch.Tensor
            bool, shape [B, 1]: whether the four views differ.

        Raises
        ------
        ClipError
            If nothing of a clip is left after rounding it to 16 bits.
        """
        listen = self._views if self.fused else self._window
        heard, loud = [], []
        # One by one: of a long clip no more is kept than is heard.
        for wav, size in zip(wavs, sizes):
            clip = quantise(wav[:size])
            loud.append(clip.any())
            heard.append(listen(clip, repeats))
        _check_loud(torch.stack(loud).tolist())
        if self.fused:
            features = torch.stack([view for view, _ in heard])
            longer = [longer for _, longer in heard]
        else:
            features = self.log_mel(torch.stack(heard))[:, None]
            longer = [False] * len(heard)
        return features, torch.tensor(longer, device=features.device)[:, None]

    def log_mel(self, windows):
        """Log-mel spectrogram in dB, [B, T] to [B, T // hop + 1, mels]."""
        spectrum = torch.stft(
            windows,
            self.fft_size,
            self.hop_size,
            window=self.hann_window,
            center=True,
            pad_mode="reflect",
            return_complex=True,
        )
        power = spectrum.abs().square().transpose(1, 2)
        return 10 * torch.log10((power @ self.mel_filters).clamp(min=1e-10))

    def effective_input(self, num_samples, repeats):
        """See ``FrozenALM.effective_input``.

        Example
        -------
        >>> front_end = HTSATFrontEnd()
        >>> second = front_end.sample_rate
        >>> [front_end.effective_input(3 * second, a) for a in (1, 2, 3, 4)]
        [3, 2, 3, 'full']
        """
        if self.fused and num_samples * repeats > self.window_size:
            return f"whole of {repeats}"  # the squeezed view sees all of it
        return window_key(
            num_samples,
            repeats,
            self.window_size,
            self.long_audio,
            self.audio_fill,
        )

    def _window(self, clip, repeats):
        return fill_window(
            clip, repeats, self.window_size, self.long_audio, self.audio_fill
        )

    def _views(self, clip, repeats):
        """Four views [4, frames, mels], and whether they differ."""
        if len(clip) * repeats <= self.window_size:
            mel = self.log_mel(self._window(clip, repeats)[None])
            return mel.expand(4, -1, -1), False
        mel = self.log_mel(clip.repeat(repeats)[None])
        spare = mel.shape[1] - self.frames
        if not spare:  # longer by less than a hop
            return mel.expand(4, -1, -1), False
        whole = torch.nn.functional.interpolate(
            mel[None], size=[self.frames, mel.shape[2]], mode="bilinear"
        )[0]
        thirds = [
            third if len(third) else [0]
            for third in np.array_split(np.arange(spare + 1), 3)
        ]
        starts = [
            third[choose(len(third), self.long_audio, clip)] for third in thirds
        ]
        chunks = [mel[:, start : start + self.frames] for start in starts]
        return torch.cat([whole, *chunks]), True


def quantise(wav):
    """Round trip through int16, truncated toward zero as in training.

    Example
    -------
    >>> quantise(torch.tensor([2.0, 0.00004, -0.00004]))
    tensor([ 1.0000e+00,  3.0519e-05, -3.0519e-05])
    """
    return (wav.clamp(-1, 1) * 32767.0).to(torch.int16).float() / 32767.0


def _check_loud(loud):
    if not all(loud):
        raise ClipError(
            loud.index(False),
            "is silent in 16 bits, as this model hears it (every sample is "
            "below 1/32767)",
        )
