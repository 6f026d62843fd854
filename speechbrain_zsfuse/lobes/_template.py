"""NAME (AUTHORS, YEAR, arXiv NUMBER) as a frozen lobe: copy this file.

What is here is a complete lobe of a made-up model, small enough to read in a
minute. docs/add_alm.md goes through it.

    alm = Template("folder/or/model.safetensors")
"""

from pathlib import Path

import torch

from speechbrain_zsfuse.loading.fitting import (
    explain_sizes,
    load_strictly,
    unloaded,
)
from speechbrain_zsfuse.loading.tokenizers import (
    BYTE_VOCABULARY,
    find_tokenizer,
    save_byte_tokenizer,
)
from speechbrain_zsfuse.loading.weights import open_checkpoint
from speechbrain_zsfuse.lobes.base import FrozenALM
from speechbrain_zsfuse.options import Commit, Place, Sha256, checked

# Where the tokenizer is if it is not beside the weights, and which commit.
_TOKENIZER = "owner/tokenizer", "0123456789abcdef0123456789abcdef01234567"


class Template(FrozenALM):
    """Made-up model: mean absolute frames, mean token vectors.

    Arguments
    ---------
    source : str or Path
        Weights file, folder that holds ``model.safetensors``, or hub id.
    revision : str, optional
        Commit of the hub repository, 40 hexadecimal digits.
    sha256 : str, optional
        64 hexadecimal digits that the weights file must have.
    tokenizer : str or Path, optional
        Folder, or hub id (``owner/name@commit`` pins it); default: beside the
        weights, else on the hub.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is another model, damaged, or wants to run code.

    Example
    -------
    >>> alm = Template.tiny(getfixture("tmpdir"))
    >>> alm.encode_audio(torch.rand(2, 16000)).shape
    torch.Size([2, 8])
    """

    # 1. What the model wants. Change `preprocessing` whenever the input of the
    #    audio tower changes: stored embeddings are found by it. What depends
    #    on the weights is set on `self` in `__init__` instead.
    sample_rate = 16000  # Hz
    preprocessing = "template-1"
    min_samples = 400  # one frame
    max_text_tokens = 77

    # 2. Read sizes off the shapes, build the modules, load every weight by
    #    name, no more and no less than there are.
    @checked
    def __init__(
        self,
        source: Place,
        revision: Commit | None = None,
        sha256: Sha256 | None = None,
        tokenizer: Place | None = None,
    ):
        super().__init__()
        self.source = str(source)
        names = ["model.safetensors", "published-name.pt"]
        weights = open_checkpoint(source, names, "Template", revision, sha256)
        with explain_sizes("Template", source):
            self.vocabulary_size, size = weights["text.weight"].shape
            self.model = unloaded(_Towers, self.vocabulary_size, size)
        load_strictly(self.model, weights, "Template", source)
        self.tokenizer, self.tokenizer_revision = find_tokenizer(
            source, *_TOKENIZER, chosen=tokenizer
        )
        self.freeze()

    # 3. The towers: no normalisation, no `no_grad`, no `eval`, no checks; the
    #    base class sees to all that. `wavs` are B clips without padding,
    #    each of shape [T]; `sizes` are their lengths.
    def _audio_tower(self, wavs, sizes, repeats):
        frames = [
            wav.repeat(repeats).unfold(0, 400, 160).abs().mean(0)
            for wav in wavs
        ]
        return self.model.audio(torch.stack(frames))

    def _text_tower(self, input_ids, attention_mask):
        mask = attention_mask.unsqueeze(-1)
        return (self.model.text(input_ids) * mask).sum(1) / mask.sum(1)

    # 4. A tiny copy with random weights under the published names, the same
    #    ones every time: the tests of the contract find the lobe and run it.
    @classmethod
    def tiny(cls, folder, **options):
        """A copy with random weights, for tests: see ``FrozenALM.tiny``."""
        from safetensors.torch import save_file

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            weights = _Towers(BYTE_VOCABULARY, 8).state_dict()
        save_file(weights, Path(folder) / "model.safetensors")
        save_byte_tokenizer(folder)
        return cls(folder, **options)


class _Towers(torch.nn.Module):
    """Modules whose names are those of the published weights.

    Towers of transformers are imported here, under `explain_imports()` of
    `speechbrain_zsfuse.errors`, so that listing the lobes stays quick.
    """

    def __init__(self, vocabulary_size, size):
        super().__init__()
        self.audio = torch.nn.Linear(400, size)
        self.text = torch.nn.Embedding(vocabulary_size, size)
