"""An exported model in 8 bits, and what that costs, measured."""

import shutil
import time
from pathlib import Path

import numpy as np
import torch

from speechbrain_zsfuse.errors import explain_imports
from speechbrain_zsfuse.evaluation.metrics.classification import (
    unweighted_average_recall,
)
from speechbrain_zsfuse.inference.export.running import (
    DESCRIPTION,
    ONE_FILE,
)
from speechbrain_zsfuse.inference.export.writing import quiet

_BATCH = 8


def quantise(folder, target):
    """Write an exported model with its matrix products in 8 bits.

    Weights become int8 once, what they are multiplied with in every call
    (dynamic quantisation of onnxruntime); convolutions stay as they are.

    Arguments
    ---------
    folder : str or Path
        Of ``export_onnx``.
    target : str or Path
        New or empty.

    Returns
    -------
    (int, int)
        Bytes before and after.

    Raises
    ------
    FileExistsError
        If ``target`` holds something.
    ImportError
        If the extra ``[onnx]`` is not installed.

    Example
    -------
    >>> quantise("onnx", "onnx_int8")  # doctest: +SKIP
    (385000000, 109000000)
    """
    with explain_imports("onnx"):
        from onnxruntime.quantization import QuantType, quantize_dynamic

    folder, target = Path(folder), Path(target)
    if target.is_dir() and any(target.iterdir()):
        raise FileExistsError(
            f"Expected a new or an empty folder, but {target} holds files. "
            "Give another one, or remove them."
        )
    target.mkdir(parents=True, exist_ok=True)
    for graph in sorted(folder.glob("*.onnx")):
        with quiet():
            quantize_dynamic(
                graph,
                target / graph.name,
                use_external_data_format=_bytes(folder, graph.name) > ONE_FILE,
                op_types_to_quantize=["MatMul", "Gemm"],
                per_channel=True,
                reduce_range=True,  # sums overflow where a CPU has no VNNI
                weight_type=QuantType.QInt8,
            )
    shutil.copyfile(folder / DESCRIPTION, target / DESCRIPTION)
    return _bytes(folder), _bytes(target)


def compare_answers(exact, other, inputs, emotions=None):
    """How far the answers of one model are from another's.

    Arguments
    ---------
    exact, other : Recognizer
        Of the same labels.
    inputs : list
        N recordings, see ``Recognizer.predict``.
    emotions : list of str, optional
        Their true labels.

    Returns
    -------
    dict
        ``n``; ``difference``, the largest of a probability; ``changed``, the
        share of clips whose label changes; ``seconds``, of both; and with
        ``emotions`` ``UAR``, of both.

    Example
    -------
    >>> class Coin:
    ...     labels = ["heads", "tails"]
    ...
    ...     def __init__(self, share):
    ...         self.share = share
    ...
    ...     def read(self, value):
    ...         return value
    ...
    ...     def answer(self, sounds):
    ...         rows = torch.tensor([[self.share, 1 - self.share]])
    ...         return rows.expand(len(sounds), 2), None, None
    >>> found = compare_answers(Coin(0.75), Coin(0.25), [0, 1])
    >>> found["difference"], found["changed"]
    (0.5, 1.0)
    """
    sounds = [exact.read(one) for one in inputs]
    rows, seconds = zip(*(_answer(one, sounds) for one in (exact, other)))
    labels = [row.argmax(1) for row in rows]
    found = {
        "n": len(sounds),
        "difference": float(np.abs(rows[0] - rows[1]).max()),
        "changed": float(np.mean(labels[0] != labels[1])),
        "seconds": list(seconds),
    }
    if emotions is not None:
        said = [[exact.labels[i] for i in some] for some in labels]
        found["UAR"] = [
            unweighted_average_recall(emotions, some, exact.labels)
            for some in said
        ]
    return found


def tell(found, what, sizes):
    """Text of what ``compare_answers`` found.

    Arguments
    ---------
    found : dict
    what : str
        What the recordings were.
    sizes : (int, int)
        Bytes before and after.

    Returns
    -------
    str

    Example
    -------
    >>> found = {"n": 2, "difference": 0.5, "changed": 0.5, "seconds": [3, 2]}
    >>> print(tell(found, "made-up sounds", (4000000, 1000000)))
    int8: 4.0 MB become 1.0 MB.
    On 2 made-up sounds: probabilities differ by at most 0.5, 50.0 % of labels
    change, 1.50 times the clips a second.
    No labels were given, so that nothing is known of how good it is.
    """
    before, after = sizes
    speed = found["seconds"][0] / found["seconds"][1]
    lines = [
        f"int8: {before / 1e6:.1f} MB become {after / 1e6:.1f} MB.",
        f"On {found['n']} {what}: probabilities differ by at most "
        f"{found['difference']:.2g}, {found['changed']:.1%} of labels".replace(
            "%", " %"
        ),
        f"change, {speed:.2f} times the clips a second.",
    ]
    if "UAR" in found:
        one, other = found["UAR"]
        lines.append(f"UAR {one:.2%} becomes {other:.2%}, n = {found['n']}.")
    else:
        lines.append(
            "No labels were given, so that nothing is known of how good it is."
        )
    return "\n".join(lines)


def _answer(recognizer, sounds):
    """Probabilities [N, E], and seconds; batches of like length."""
    order = sorted(range(len(sounds)), key=lambda i: _length(sounds[i]))
    rows, start = {}, time.perf_counter()
    with torch.no_grad():
        for first in range(0, len(order), _BATCH):
            some = order[first : first + _BATCH]
            answers = recognizer.answer([sounds[i] for i in some])[0]
            rows |= dict(zip(some, answers.numpy()))
    seconds = time.perf_counter() - start
    return np.stack([rows[i] for i in range(len(sounds))]), seconds


def _length(sound):
    return len(getattr(sound, "waveform", ()))


def _bytes(folder, name="*.onnx"):
    """Of graphs, and of weights beside them."""
    return sum(path.stat().st_size for path in folder.glob(f"{name}*"))
