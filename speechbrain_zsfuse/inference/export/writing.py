"""A trained model written as ONNX, and checked against PyTorch.

Nothing is left behind whose numbers are not PyTorch's.
"""

import contextlib
import io
import logging
import warnings
from pathlib import Path

import numpy as np
import torch

from speechbrain_zsfuse import __version__
from speechbrain_zsfuse.errors import explain_imports, shorten
from speechbrain_zsfuse.files import write_json
from speechbrain_zsfuse.inference.export.graphs import (
    RecognizerGraph,
    TowerGraph,
    exportable,
)
from speechbrain_zsfuse.inference.export.running import (
    ALM,
    DESCRIPTION,
    ONE_FILE,
    RECOGNIZER,
    OnnxRecognizer,
)
from speechbrain_zsfuse.inference.recognizer import EmotionRecognizer
from speechbrain_zsfuse.lobes.front_ends import make_front_end
from speechbrain_zsfuse.zeroshot.scorer import text_bank

OPSET = 20
TOLERANCE = 1e-4  # largest difference from PyTorch, of probabilities and scores
_SECONDS = [0.5, 3.7, 1.3, 2.0]  # of the sounds that are compared


def export_onnx(recognizer, folder):
    """Write a model as ONNX, and check it.

    Arguments
    ---------
    recognizer : EmotionRecognizer
        On the CPU.
    folder : str or Path
        New or empty. It gets ``recognizer.onnx`` (``waveforms`` [B, T],
        ``lengths`` [B] in samples and, with an audio-language model,
        ``scores`` [B, E], to ``probabilities`` [B, E]); ``alm.onnx`` (what
        ``make_front_end`` gives, to ``scores`` [B, E] and ``cosines`` of each
        prompt [B, P, E]); and ``onnx.json``, which says what both want.

    Returns
    -------
    float
        The largest difference from PyTorch, of probabilities and scores, on
        made-up sounds, alone and together.

    Raises
    ------
    FileExistsError
        If the folder holds something.
    ImportError
        If the extra ``[onnx]`` is not installed.
    ValueError
        If a part of the model cannot be exported, or the numbers differ by
        more than 1e-4; nothing is left of it then.

    Example
    -------
    >>> from speechbrain_zsfuse.inference import EmotionRecognizer
    >>> export_onnx(EmotionRecognizer.from_pretrained("run"), "onnx")
    ... # doctest: +SKIP
    """
    with explain_imports("onnx"):
        import onnxruntime  # noqa: F401  (before long work)
        import onnxscript  # noqa: F401

    folder = Path(folder)
    if folder.is_dir() and any(folder.iterdir()):
        raise FileExistsError(
            f"Expected a new or an empty folder, but {folder} holds files. "
            "Give another one, or remove them."
        )
    _check_parts(recognizer)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _write(recognizer, folder)
        difference = compare_with_torch(recognizer, OnnxRecognizer(folder))
        if not difference <= TOLERANCE:
            raise ValueError(
                f"Expected the answers of PyTorch within {TOLERANCE:g} of "
                f"{folder}, but they differ by {difference:.3g}. Nothing was "
                "kept; use the model itself."
            )
    except BaseException:
        for path in folder.iterdir():  # of this call: it was empty
            path.unlink()
        raise
    return difference


def compare_with_torch(recognizer, exported):
    """Largest difference of probabilities and scores on made-up sounds.

    Arguments
    ---------
    recognizer, exported : Recognizer

    Returns
    -------
    float

    Example
    -------
    >>> class Same:
    ...     sample_rate, alm, model = 16000, None, None
    ...
    ...     def answer(self, sounds):
    ...         return torch.ones(len(sounds), 2), None, None
    ...
    ...     def read(self, value):
    ...         return value
    >>> compare_with_torch(Same(), Same())
    0.0
    """
    sounds = [recognizer.read(one) for one in made_up(recognizer)]
    groups = [[sound] for sound in sounds] + [sounds, sounds[2:]]
    differences = []
    for some in groups:
        with torch.no_grad():
            wanted, given = recognizer.answer(some), exported.answer(some)
        for one, other in zip(wanted[:2], given[:2]):
            if one is not None:
                differences.append(float((one - other).abs().max()))
    return max(differences)


def made_up(recognizer):
    """Sounds to compare with, the same every time: noise of several lengths
    with a voice's rhythm, and one beyond a window of 10 s if there is one.

    Returns
    -------
    list of (numpy.ndarray, int)
        Waveforms and their rate.
    """
    rng = np.random.default_rng(0)
    rate = recognizer.sample_rate
    longer = [11.0] if recognizer.alm is not None else []
    found = []
    for seconds in _SECONDS + longer:
        time = np.arange(round(seconds * rate)) / rate
        noise = rng.standard_normal(len(time)) * 0.05
        voice = 0.2 * np.sin(2 * np.pi * (120 + 30 * np.sin(time)) * time)
        loud = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * time)
        found.append((((noise + voice) * loud).astype("float32"), rate))
    return found


def _check_parts(recognizer):
    """Raise a ValueError unless all can be exported."""
    if not isinstance(recognizer, EmotionRecognizer):
        raise ValueError(
            "Expected an EmotionRecognizer, but got "
            f"{type(recognizer).__name__}. Load the folder of a run, or a "
            "published one."
        )
    if recognizer.device.type != "cpu":
        raise ValueError(
            f"Expected a model on the CPU, but it is on {recognizer.device}. "
            'Load it with `device="cpu"`.'
        )
    encoder, alm = recognizer.model.encoder, recognizer.alm
    if not hasattr(encoder, "encode"):
        raise ValueError(
            "Expected an encoder with `encode(wavs, sizes)`, tensors in and "
            f"tensors out, but got {type(encoder).__name__} without. Write "
            "the method: see `TransformersEncoder.encode`."
        )
    if alm is not None and not hasattr(alm, "listening"):
        raise ValueError(
            "Expected an audio-language model that names its front end as "
            f"`listening`, but got {type(alm).__name__} without. It can be "
            "used with PyTorch."
        )


def _write(recognizer, folder):
    model, zero_shot = recognizer.model, recognizer.zero_shot
    encoder = model.encoder
    facts = {
        "format": 1,
        "version": __version__,
        "opset": OPSET,
        "labels": recognizer.labels,
        "sample_rate": recognizer.sample_rate,
        "min_samples": encoder.min_samples,
        "max_samples": encoder.max_samples,
        "padding_neutral": getattr(encoder, "padding_neutral", True),
        "durations": recognizer.durations,
        "alm": None,
    }
    rate = recognizer.sample_rate
    inputs = {
        "waveforms": torch.randn(2, rate) * 0.1,
        "lengths": torch.tensor([rate, rate]),
    }
    dynamic = {"waveforms": (0, 1), "lengths": (0,)}
    if zero_shot is not None:
        facts["alm"] = _export_tower(zero_shot, folder)
        inputs["scores"] = torch.rand(2, len(recognizer.labels))
        dynamic["scores"] = (0,)
    graph = RecognizerGraph(model)
    _export(graph, inputs, dynamic, ["probabilities"], folder / RECOGNIZER)
    write_json(folder / DESCRIPTION, facts)


def _export_tower(zero_shot, folder):
    """Write the audio-language model; what its graph wants, as JSON."""
    alm, scorer = zero_shot.alm, zero_shot.scorer
    rows = text_bank(alm, zero_shot.prompts)
    graph = TowerGraph(alm, scorer.bank, rows, scorer.fitted_weights())
    hear = make_front_end(alm.listening)
    second = torch.sin(torch.arange(float(alm.sample_rate)))
    passes = hear([second, second], scorer.audio_repeats)
    several = len(passes) == 1  # all clips in one
    dynamic = dict.fromkeys(passes[0], (0,) if several else (1,))
    with exportable(alm):
        _export(graph, passes[0], dynamic, ["scores", "cosines"], folder / ALM)
    return {
        "class": type(alm).__name__,
        "source": alm.source,
        "fingerprint": alm.fingerprint(),
        "sample_rate": alm.sample_rate,
        "min_samples": alm.min_samples,
        "max_samples": alm.max_samples,
        "front_end": alm.listening,
        "audio_repeats": scorer.audio_repeats,
        "prompts": zero_shot.prompts,
    }


def _export(graph, inputs, dynamic, outputs, path):
    """Write a graph; ``dynamic``: which axes of an input may have any size."""
    any_size = torch.export.Dim.DYNAMIC
    shapes = tuple(dict.fromkeys(dynamic[name], any_size) for name in inputs)
    graph = graph.eval()
    size = sum(one.numel() * 4 for one in graph.state_dict().values())
    with _explained(path), quiet():
        torch.onnx.export(
            graph,
            tuple(inputs.values()),
            path,
            input_names=list(inputs),
            output_names=outputs,
            dynamic_shapes=shapes,
            opset_version=OPSET,
            external_data=size > ONE_FILE,
            dynamo=True,
            verbose=False,
        )


@contextlib.contextmanager
def _explained(path):
    try:
        yield
    except torch.onnx.errors.OnnxExporterError as error:
        raise ValueError(
            f"Expected a model that ONNX can hold, but {path.name} cannot be "
            f"written: {shorten(str(error).splitlines()[-20:])} Use the model "
            "itself, or a part that is known to work."
        ) from error


@contextlib.contextmanager
def quiet():
    """The exporter tells of every step, and of every library it lacks."""
    logging.disable(logging.WARNING)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
