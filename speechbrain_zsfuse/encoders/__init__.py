"""Models that are trained: (wavs, lens) -> (hidden, mask); one file each."""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.encoders.base import (
        TransformersEncoder as TransformersEncoder,
    )
    from speechbrain_zsfuse.encoders.filterbank import (
        FilterbankEncoder as FilterbankEncoder,
    )
    from speechbrain_zsfuse.encoders.speechbrain import (
        SpeechBrainEncoder as SpeechBrainEncoder,
    )
    from speechbrain_zsfuse.encoders.ssl import SSLEncoder as SSLEncoder
    from speechbrain_zsfuse.encoders.wavlm_attention import (
        use_fused_attention as use_fused_attention,
    )

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "FilterbankEncoder": "filterbank",
        "SSLEncoder": "ssl",
        "SpeechBrainEncoder": "speechbrain",
        "TransformersEncoder": "base",
        "use_fused_attention": "wavlm_attention",
    },
)
