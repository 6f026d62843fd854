"""A trained model as ONNX: written, checked, made smaller, and run.

It knows nothing of training; nothing here is imported by the models.
"""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.inference.export.running import (
        OnnxRecognizer as OnnxRecognizer,
    )
    from speechbrain_zsfuse.inference.export.smaller import (
        compare_answers as compare_answers,
        quantise as quantise,
    )
    from speechbrain_zsfuse.inference.export.writing import (
        export_onnx as export_onnx,
    )

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "OnnxRecognizer": "running",
        "compare_answers": "smaller",
        "quantise": "smaller",
        "export_onnx": "writing",
    },
)
