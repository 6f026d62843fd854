"""A trained model in use: recordings in, predictions out.

It knows nothing of corpora, runs of a recipe in progress, or training.
"""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.inference.export.running import (
        OnnxRecognizer as OnnxRecognizer,
    )
    from speechbrain_zsfuse.inference.hparams import (
        ModelPretrainer as ModelPretrainer,
    )
    from speechbrain_zsfuse.inference.labelling.ray_data import (
        label_dataset as label_dataset,
    )
    from speechbrain_zsfuse.inference.prediction import (
        Prediction as Prediction,
        Segment as Segment,
    )
    from speechbrain_zsfuse.inference.recognizer import (
        EmotionRecognizer as EmotionRecognizer,
        open_loaded as open_loaded,
    )
    from speechbrain_zsfuse.inference.zero_shot import (
        ZeroShotEmotionRecognizer as ZeroShotEmotionRecognizer,
    )

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "EmotionRecognizer": "recognizer",
        "ModelPretrainer": "hparams",
        "OnnxRecognizer": "export.running",
        "Prediction": "prediction",
        "Segment": "prediction",
        "ZeroShotEmotionRecognizer": "zero_shot",
        "label_dataset": "labelling.ray_data",
        "open_loaded": "recognizer",
    },
)
