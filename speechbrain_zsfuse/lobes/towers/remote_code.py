"""CLSP by its publisher's own code, which runs only if asked for by name.

Code from the hub can do anything on the machine it runs on. It is loaded from
one commit, never from a branch that can move; of the reviewed commit every
file is compared with what was reviewed before any of it runs.
"""

import atexit
import logging
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import torch

from speechbrain_zsfuse.files import file_sha256
from speechbrain_zsfuse.loading.sources import find_file
from speechbrain_zsfuse.loading.weights import load_strictly, read_weights

logger = logging.getLogger(__name__)

PUBLISHED_CLSP = "yfyeung/CLSP"
REVIEWED_REVISION = "30355ce67960e4cc1562e4e5fa154baf86a21430"
REVIEWED_WEIGHTS_SHA256 = (
    "7c8c461867815d86d42013b2f55ca79e9bb8ea9fa129f377c1bced9f8b66a743"
)
REVIEWED_CODE_SHA256 = {
    "configuration_clsp.py": (
        "181355c3c43fa3c135b37c34197290e3d01ce1780d14ea9b3eb147e0aa75d949"
    ),
    "modeling_clsp.py": (
        "645ff192b5819212c8273f49c4fe64aeadf4db5c0819f74b093baa8cf3f8451c"
    ),
    "modular_clsp.py": (
        "669f65d8c05aad37496ce03a813d6710543979bfc4f614d49748f1028e82b4c0"
    ),
    "zipformer2.py": (
        "f3c019cc90e2268c1aa62d55037c3887883620438578f23c7d59ba04ff76cc23"
    ),
}


class RemoteCLSP(torch.nn.Module):
    """The publisher's ``CLSPModel``, with the methods of ``CLSPTowers``.

    It is built by its constructor and filled by name: transformers 5 cannot
    load it by ``from_pretrained``. The constructor itself asks the hub for
    roberta-base, its configuration and tokenizer.

    Arguments
    ---------
    source : str
        Hub id.
    revision : str
        Commit, 40 hexadecimal digits.
    sha256 : str, optional
        64 hexadecimal digits that the weights file must have.

    Raises
    ------
    ValueError
        If ``source`` is no hub id, ``revision`` no commit, or a file of the
        reviewed commit is not what was reviewed. Nothing was run then.

    Example
    -------
    >>> RemoteCLSP("yfyeung/CLSP", revision=None)
    Traceback (most recent call last):
    ValueError: Expected `revision` to name the commit whose code may run, 40 \
    hexadecimal digits, but got None. Nothing was run. Read the code on the \
    model's page ("Files and versions"), then copy the commit you have read.
    """

    def __init__(self, source, revision, sha256=None):
        super().__init__()
        check_code(source, revision)
        path = find_file(source, ["model.safetensors"], "CLSP", revision)
        weights = read_weights(path, sha256)
        self.publisher = _build(str(source), revision)
        load_strictly(self.publisher, weights, "CLSP's remote code", source)

    @property
    def text_config(self):
        """Configuration of the text tower."""
        return self.publisher.model.text_encoder.config

    def embed_audio(self, clips):
        """Embed clips, float32 [T] at 16 kHz each, one per call: [B, D].

        There padding is not neutral, and without both flags a graph is built
        inside ``torch.no_grad``.
        """
        embeddings = [
            self.publisher(
                audio=clip[None],
                audio_lens=torch.tensor([len(clip)], device=clip.device),
                freeze_audio_encoder=True,
                freeze_text_encoder=True,
            )[0]
            for clip in clips
        ]
        return torch.cat(embeddings)

    def embed_tokens(self, input_ids, attention_mask):
        """Embed tokens, int64 [N, L] each, as float32 [N, D]."""
        model = self.publisher.model
        pooled = model.text_encoder(
            input_ids=input_ids, attention_mask=attention_mask
        )["pooler_output"]
        return model.text_transform(model.text_projection(pooled))


def check_code(source, revision):
    """Refuse code of unknown origin; log a warning that names the rest.

    Arguments
    ---------
    source : str or Path
        Hub id.
    revision : str
        Commit.

    Raises
    ------
    ValueError
        See ``RemoteCLSP``.

    Example
    -------
    >>> check_code("yfyeung/CLSP", "main")
    Traceback (most recent call last):
    ValueError: Expected `revision` to name the commit whose code may run, 40 \
    hexadecimal digits, but got 'main'. Nothing was run. Read the code on the \
    model's page ("Files and versions"), then copy the commit you have read.
    """
    if not re.fullmatch("[0-9a-f]{40}", str(revision)):
        raise ValueError(
            "Expected `revision` to name the commit whose code may run, 40 "
            f"hexadecimal digits, but got {revision!r}. Nothing was run. Read "
            'the code on the model\'s page ("Files and versions"), then copy '
            "the commit you have read."
        )
    if Path(source).exists():
        raise ValueError(
            "Expected a hub id to run remote code from, but "
            f"{str(source)!r} is on this machine, where no commit says what "
            "is in it. Nothing was run. Give the hub id, for instance "
            f"{PUBLISHED_CLSP!r}."
        )
    reviewed = revision == REVIEWED_REVISION
    if reviewed:
        _compare_with_review(source)
    logger.warning(
        "Running the code of %s at commit %s (modeling_clsp.CLSPModel): %s.",
        source,
        revision,
        "it is the reviewed one" if reviewed else "nobody here has reviewed it",
    )


def _compare_with_review(source):
    for name, expected in REVIEWED_CODE_SHA256.items():
        path = find_file(source, [name], "CLSP", REVIEWED_REVISION)
        got = file_sha256(path)
        if got != expected:
            raise ValueError(
                f"Expected the sha256 {expected} of {name} in "
                f"{str(source)!r}, but got {got}: it is not the file that was "
                "reviewed. Nothing was run. Delete it from the cache of the "
                "hub and load it again."
            )


def _build(source, revision):
    """An instance of the publisher's class, its weights still random."""
    from transformers.dynamic_module_utils import get_class_from_dynamic_module

    with _fresh_module_cache():
        model_class = get_class_from_dynamic_module(
            "modeling_clsp.CLSPModel",
            source,
            revision=revision,
            code_revision=revision,
        )
    config = model_class.config_class.from_pretrained(source, revision=revision)
    with torch.random.fork_rng(devices=[]):  # its weights are replaced
        return model_class(config)


@contextmanager
def _fresh_module_cache():
    """Let transformers copy the checked files anew, and run these copies.

    It keeps copies of remote code in a folder of its own and runs what lies
    there, without comparing. The new folder lasts as long as the process.
    """
    from transformers import dynamic_module_utils

    package = dynamic_module_utils.TRANSFORMERS_DYNAMIC_MODULE_NAME
    folder = tempfile.mkdtemp(prefix="zsfuse-remote-code-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    usual, path = dynamic_module_utils.HF_MODULES_CACHE, sys.path[:]
    loaded = {n: m for n, m in sys.modules.items() if _is_in(n, package)}
    for name in loaded:
        del sys.modules[name]
    sys.path[:] = [place for place in path if place != str(usual)]
    dynamic_module_utils.HF_MODULES_CACHE = folder
    try:
        yield
    finally:
        dynamic_module_utils.HF_MODULES_CACHE = usual
        sys.path[:] = path
        sys.modules.update(loaded)


def _is_in(name, package):
    return name == package or name.startswith(f"{package}.")
