"""A trained model in use: recordings in, predictions out.

It knows nothing of corpora, runs of a recipe in progress, or training.
"""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.inference.prediction import (
        Prediction as Prediction,
        Segment as Segment,
    )

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "Prediction": "prediction",
        "Segment": "prediction",
    },
)
