"""An exported model, run by onnxruntime: the answers of PyTorch.

The front ends of audio-language models are computed here, with PyTorch but
without weights; ``onnx.json`` names them.
"""

from pathlib import Path

import numpy as np
import torch

from speechbrain_zsfuse.audio.batch import check_clips
from speechbrain_zsfuse.errors import explain_imports
from speechbrain_zsfuse.files import file_sha256
from speechbrain_zsfuse.inference.conventions import SpeechBrainRecognizer
from speechbrain_zsfuse.loading.configs import read_object
from speechbrain_zsfuse.loading.fingerprint import digest_of
from speechbrain_zsfuse.lobes.front_ends import make_front_end, resample_for

RECOGNIZER, ALM = "recognizer.onnx", "alm.onnx"
DESCRIPTION = "onnx.json"
ONE_FILE = 1 << 30  # bytes; weights of larger graphs lie beside them


def is_exported(source):
    """Whether a source is a folder of ``zsfuse export``.

    Example
    -------
    >>> is_exported("owner/name")
    False
    """
    return (Path(source) / DESCRIPTION).is_file()


class OnnxRecognizer(SpeechBrainRecognizer):
    """What ``export_onnx`` wrote, as an ``EmotionRecognizer``.

    Arguments
    ---------
    folder : str or Path
        Of ``export_onnx``, or its int8 copy, of ``quantise``.
    threads : int, optional
        Of onnxruntime; default: those of PyTorch.

    Raises
    ------
    FileNotFoundError
        If it is not there.
    ImportError
        If the extra ``[onnx]`` is not installed.

    Example
    -------
    >>> OnnxRecognizer("no/such/folder")
    Traceback (most recent call last):
    FileNotFoundError: Expected a model of `zsfuse export` in no/such/folder, \
but there is no onnx.json. Give the folder that it wrote.
    """

    def __init__(self, folder, threads=None):
        super().__init__()
        self.folder = Path(folder)
        if not is_exported(folder):
            raise FileNotFoundError(
                f"Expected a model of `zsfuse export` in {folder}, but there "
                f"is no {DESCRIPTION}. Give the folder that it wrote."
            )
        self.description = facts = read_object(self.folder / DESCRIPTION)
        self.labels, self.sample_rate = facts["labels"], facts["sample_rate"]
        self.durations, self.zero_shot = facts["durations"], None
        threads = threads or torch.get_num_threads()
        self._session = _open(self.folder / RECOGNIZER, threads)
        if facts["alm"] is not None:
            self.listener = _Listener(facts["alm"], self.folder / ALM, threads)

    @property
    def device(self):
        """The CPU."""
        return torch.device("cpu")

    @property
    def alm(self):
        """What hears beside the encoder; None without."""
        return getattr(self, "listener", None)

    @property
    def prompts(self):
        """P rows of E texts; None without an audio-language model."""
        return self.description["alm"] and self.description["alm"]["prompts"]

    def answer(self, sounds):
        """See ``Recognizer``; in place of embeddings come cosines."""
        waves = [torch.from_numpy(one.waveform) for one in sounds]
        facts = self.description
        limits = facts["min_samples"], facts["max_samples"], self.sample_rate
        check_clips(waves, [*map(len, waves)], 1, *limits)
        scores = cosines = None
        if self.alm is not None:
            scores, cosines = self.alm.score([one.heard for one in sounds])
        found = np.empty((len(sounds), len(self.labels)), np.float32)
        for rows in self._batches(waves):
            inputs = _padded([waves[row] for row in rows])
            if scores is not None:
                inputs["scores"] = scores[rows].numpy()
            found[rows] = self._session.run(None, inputs)[0]
        return torch.from_numpy(found), scores, cosines

    def compare_prompts(self, audio):
        """See ``Recognizer``: what ``answer`` gave."""
        return audio

    def encode_batch(self, wavs, wav_lens=None):
        """Not to be had: raises a ValueError."""
        raise ValueError(
            "Expected the model itself for pooled vectors, but an exported one "
            "gives probabilities alone. Load what it was exported from."
        )

    def fingerprint(self):
        """sha256 of all that its answers depend on: its files are read."""
        files = sorted(self.folder.glob("*.onnx*"))
        return digest_of(self.description, [*map(file_sha256, files)])

    def _batches(self, waves):
        """Rows that go through the graph together."""
        if self.description["padding_neutral"]:
            return [list(range(len(waves)))]
        groups = {}
        for row, wave in enumerate(waves):
            groups.setdefault(len(wave), []).append(row)
        return list(groups.values())


class _Listener:
    """The audio-language model of a folder."""

    def __init__(self, facts, path, threads):
        self.sample_rate = facts["sample_rate"]
        self._facts, self._session = facts, _open(path, threads)
        self._hear = make_front_end(facts["front_end"])
        self._names = {one.name for one in self._session.get_inputs()}

    def resample(self, waveform, rate):
        """See ``FrozenALM.resample``."""
        front_end = self._facts["front_end"]
        return resample_for(front_end, waveform, rate, self.sample_rate)

    def score(self, waves):
        """Scores [B, E] and cosines [B, P, E] of waveforms [T]."""
        facts, clips = self._facts, [*map(torch.from_numpy, waves)]
        repeats = facts["audio_repeats"]
        limits = facts["min_samples"], facts["max_samples"], self.sample_rate
        check_clips(clips, [*map(len, clips)], repeats, *limits)
        passes = [
            self._session.run(None, {n: v.numpy() for n, v in one.items()})
            for one in self._hear(clips, repeats)
        ]
        return [
            torch.from_numpy(np.concatenate(parts)) for parts in zip(*passes)
        ]


def _open(path, threads):
    with explain_imports("onnx"):
        import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"]
    )


def _padded(waves):
    lengths = np.array([*map(len, waves)], np.int64)
    wavs = torch.nn.utils.rnn.pad_sequence(waves, batch_first=True)
    return {"waveforms": wavs.numpy(), "lengths": lengths}
