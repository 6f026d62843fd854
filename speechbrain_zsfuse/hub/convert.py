"""Turn an official checkpoint into a folder of safetensors.

The weights keep their names and values; the optimizer and everything else
that a pickle can hold stay behind, and ``conversion.json`` records where the
weights come from. Nothing of the checkpoint is run.

    zsfuse convert 630k-audioset-best.pt clap-630k
"""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from speechbrain_zsfuse.files import file_sha256, write_json
from speechbrain_zsfuse.loading.tokenizers import (
    find_tokenizer,
    open_tokenizer,
)
from speechbrain_zsfuse.loading.weights import read_weights
from speechbrain_zsfuse.lobes.towers import laion


def convert_checkpoint(checkpoint, folder, sha256=None, tokenizer=None):
    """Write ``model.safetensors`` and ``conversion.json``.

    Arguments
    ---------
    checkpoint : str or Path
        A file of named tensors, see ``read_weights``.
    folder : str or Path
        Made if need be; must not hold a ``model.safetensors`` yet.
    sha256 : str, optional
        64 hexadecimal digits that the checkpoint must have.
    tokenizer : str or Path, optional
        Hub id (with a commit after an ``@``, if you like) or folder of a
        tokenizer to put beside the weights.

    Returns
    -------
    dict
        What ``conversion.json`` holds: name, size in bytes and sha256 of both
        files, the number of tensors, and what the model was found to be.

    Raises
    ------
    FileNotFoundError
        If there is no such checkpoint.
    FileExistsError
        If the folder holds weights already.
    ValueError
        If the checkpoint is damaged, another one, holds what is no number, or
        wants to run code.

    Example
    -------
    >>> import torch
    >>> folder = Path(getfixture("tmpdir"))
    >>> torch.save({"state_dict": {"a": torch.ones(1)}}, folder / "a.pt")
    >>> convert_checkpoint(folder / "a.pt", folder / "a")["tensors"]
    1
    """
    checkpoint, folder = Path(checkpoint), Path(folder)
    if not checkpoint.is_file():
        raise FileNotFoundError(
            f"No checkpoint found at {str(checkpoint)!r}: no such file. Give "
            "the path of the downloaded file."
        )
    target = folder / "model.safetensors"
    if target.exists():
        raise FileExistsError(
            f"Expected a folder without weights, but {str(target)!r} is there "
            "already. Give a new folder."
        )
    weights = _own_memory(read_weights(checkpoint, sha256))
    model = describe(weights)
    words = tokenizer and open_tokenizer(
        *find_tokenizer(checkpoint, None, chosen=tokenizer)
    )
    folder.mkdir(parents=True, exist_ok=True)
    if words:
        words.save_pretrained(folder)
    record = {
        "model": model,
        "tensors": len(weights),
        "checkpoint": _identify(checkpoint),
    }
    with _aside(target) as file:
        _save(weights, file)
        shutil.copymode(checkpoint, file)
        record["weights"] = _identify(file) | {"file": target.name}
        write_json(folder / "conversion.json", record)
    return record


def describe(weights):
    """What a checkpoint is, in words.

    Example
    -------
    >>> describe({"wav2vec2.weight": 0})
    'a model of another kind'
    """
    if not laion.is_official(weights):
        return "a model of another kind"
    layout = laion.detect(weights, "the checkpoint")
    sizes = {96: "tiny", 128: "base", 256: "large"}
    name = {"roberta": "LAION-CLAP", "t5": "ReCLAP"}[layout.text]
    size = sizes.get(layout.width, f"of width {layout.width}")
    return f"{name}, HTSAT-{size}, {'' if layout.fused else 'un'}fused"


def _own_memory(weights):
    """Copies of the tensors that overlap: safetensors refuses them."""
    whole = {name: value.contiguous() for name, value in weights.items()}
    own, end = {}, 0
    for name in sorted(whole, key=lambda name: whole[name].data_ptr()):
        begin = whole[name].data_ptr()
        own[name] = whole[name].clone() if begin < end else whole[name]
        end = max(end, begin + whole[name].nbytes)
    return own


@contextmanager
def _aside(target):
    """Where to write a file that must be whole or not there."""
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield aside
        os.replace(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def _save(weights, path):
    from safetensors.torch import save_file

    save_file(weights, path, metadata={"format": "pt"})


def _identify(path):
    return {
        "file": path.name,
        "bytes": path.stat().st_size,
        "sha256": file_sha256(path),
    }
