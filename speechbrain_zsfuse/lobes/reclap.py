"""ReCLAP (Ghosh et al., 2024, arXiv 2409.09213) as a frozen lobe.

LAION-CLAP's audio tower with the encoder of flan-T5 for the text. The weights
have no licence, so they are never downloaded: ask the authors
(github.com/Sreyan88/ReCLAP) and give the path.

    alm = ReCLAP("base_rewritten.pt")
"""

from pathlib import Path

import torch

from speechbrain_zsfuse.audio.sound import SHORTEST
from speechbrain_zsfuse.audio.window import AudioFill, LongAudio
from speechbrain_zsfuse.errors import explain_imports
from speechbrain_zsfuse.loading.fitting import (
    count_layers,
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
from speechbrain_zsfuse.lobes.towers import laion
from speechbrain_zsfuse.lobes.towers.htsat import HTSATFrontEnd
from speechbrain_zsfuse.lobes.towers.htsat_attention import accelerate
from speechbrain_zsfuse.options import Place, Sha256, checked

_T5 = "google/flan-t5-large"
_T5_REVISION = "0613663d0d48ea86ba8cb3d7a44f0f65dc596a2a"


class ReCLAP(FrozenALM):
    """ReCLAP from the official checkpoint.

    Arguments
    ---------
    source : str or Path
        Official ``.pt`` file, or the folder that ``zsfuse convert`` made of
        it. HTSAT-tiny or -base, fused or not: read from the file itself.
    sha256 : str, optional
        64 hexadecimal digits that the weights file must have.
    tokenizer : str or Path, optional
        Folder, or hub id (``owner/name@commit`` pins it); default: beside the
        weights, else flan-t5-large from the hub at a fixed commit.
        Read only when text is encoded.
    long_audio, audio_fill : str
        See ``CLAP``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is another model, or the weights are damaged, incomplete, not
        those of ``sha256``, or want to run code.

    Example
    -------
    >>> alm = ReCLAP.tiny(getfixture("tmpdir"))
    >>> wavs = torch.rand(2, alm.sample_rate) - 0.5
    >>> alm.encode_audio(wavs).shape
    torch.Size([2, 32])
    """

    # The official code averages over all 77 positions, padding included, so
    # the length is a part of the model.
    max_text_tokens = 77
    text_padding = 77

    @checked
    def __init__(
        self,
        source: Place,
        sha256: Sha256 | None = None,
        tokenizer: Place | None = None,
        long_audio: LongAudio = "first",
        audio_fill: AudioFill = "repeatpad",
    ):
        super().__init__()
        self.source = str(source)
        if not Path(source).exists():
            raise FileNotFoundError(
                f"No ReCLAP found at {self.source!r}: no such file or folder. "
                "It has no licence and is never downloaded: ask its authors "
                "(github.com/Sreyan88/ReCLAP) and give the path of the file."
            )
        names = ["model.safetensors"]
        weights = open_checkpoint(source, names, "ReCLAP", sha256=sha256)
        layout = laion.detect(weights, source)
        if layout.text != "t5":
            raise ValueError(
                f"Expected a ReCLAP in {self.source!r}, but its text tower is "
                "a RoBERTa: it is a LAION-CLAP. Use `CLAP(source)`."
            )
        self.tokenizer, self.tokenizer_revision = find_tokenizer(
            source, _T5, _T5_REVISION, tokenizer
        )
        self.front_end = HTSATFrontEnd(
            fused=layout.fused, long_audio=long_audio, audio_fill=audio_fill
        )
        with explain_sizes("ReCLAP", source):
            audio = laion.audio_config(layout, weights)
            self.model = unloaded(_Towers, audio, _t5_config(weights))
            weights = laion.rename(weights, layout)
        load_strictly(self.model, weights, "ReCLAP", source)
        self.sample_rate = self.front_end.sample_rate
        self.min_samples = round(SHORTEST * self.sample_rate)
        self.max_samples = self.front_end.max_samples
        self.vocabulary_size = weights["text_model.shared.weight"].shape[0]
        self.listening = self.front_end.settings
        self.preprocessing = f"reclap-1 {self.front_end.description}"
        self.freeze()
        with explain_sizes("ReCLAP", source):
            accelerate(self.model.audio_model)

    @classmethod
    def tiny(cls, folder, **options):
        """A copy with random weights, for tests: see ``FrozenALM.tiny``."""
        from safetensors.torch import save_file
        from transformers import ClapAudioConfig, T5Config

        audio = ClapAudioConfig(**laion.TINY, enable_fusion=True)
        text = T5Config(
            vocab_size=BYTE_VOCABULARY,
            d_model=32,
            d_kv=8,
            d_ff=64,
            num_layers=2,
            num_heads=4,
            feed_forward_proj="gated-gelu",
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            weights = _Towers(audio, text).state_dict()
        weights = {n: v.clone() for n, v in weights.items()}  # T5 ties two
        weights = laion.official_names(weights)
        save_file(weights, Path(folder) / "model.safetensors")
        save_byte_tokenizer(folder)
        return cls(folder, **options)

    def effective_input(self, num_samples, repeats):
        """See ``FrozenALM.effective_input`` and ``CLAP.effective_input``."""
        return self.front_end.effective_input(num_samples, repeats)

    def _audio_tower(self, wavs, sizes, repeats):
        return self.embed_features(*self.front_end(wavs, sizes, repeats))

    def embed_features(self, features, longer):
        """What follows the front end: its output to float32 [B, D]."""
        hidden = self.model.audio_model(features, is_longer=longer)
        return self.model.audio_projection(hidden.pooler_output)

    def _text_tower(self, input_ids, attention_mask):
        missing = (0, self.text_padding - input_ids.shape[1])
        hidden = self.model.text_model(
            torch.nn.functional.pad(input_ids, missing),
            torch.nn.functional.pad(attention_mask, missing),
        )
        return self.model.text_projection(hidden.last_hidden_state.mean(1))


class _Towers(torch.nn.Module):
    """Both towers and projections, named as ``laion.rename`` names them."""

    def __init__(self, audio_config, text_config):
        with explain_imports():
            from transformers import (
                ClapAudioModel,
                ClapTextConfig,
                T5EncoderModel,
            )
            from transformers.models.clap.modeling_clap import (
                ClapProjectionLayer,
            )

        super().__init__()
        text_head = ClapTextConfig(
            hidden_size=text_config.d_model,
            projection_dim=audio_config.projection_dim,
        )
        self.audio_model = ClapAudioModel(audio_config)
        self.audio_projection = ClapProjectionLayer(audio_config)
        self.text_model = T5EncoderModel(text_config)
        self.text_projection = ClapProjectionLayer(text_head)
        for side in ("a", "t"):  # stored, no part of a cosine
            scale = torch.nn.Parameter(torch.zeros(()))
            self.register_parameter(f"logit_scale_{side}", scale)


def _t5_config(weights):
    """flan-T5's configuration, in the sizes of the weights."""
    from transformers import T5Config

    layer = "text_branch.encoder.block.0.layer."
    table = weights["text_branch.shared.weight"]
    bias = weights[f"{layer}0.SelfAttention.relative_attention_bias.weight"]
    return T5Config(
        vocab_size=table.shape[0],
        d_model=table.shape[1],
        d_kv=weights[f"{layer}0.SelfAttention.q.weight"].shape[0]
        // bias.shape[1],
        d_ff=weights[f"{layer}1.DenseReluDense.wi_0.weight"].shape[0],
        num_layers=count_layers(weights, r"text_branch\.encoder\.block"),
        num_heads=bias.shape[1],
        relative_attention_num_buckets=bias.shape[0],
        feed_forward_proj="gated-gelu",
    )
