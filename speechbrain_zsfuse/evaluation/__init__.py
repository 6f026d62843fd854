"""What a run was: predictions and metrics, from files alone. No torch here."""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.evaluation.metrics import (
        confusion as confusion,
        macro_f1 as macro_f1,
        summarise as summarise,
        unweighted_average_recall as unweighted_average_recall,
        weighted_accuracy as weighted_accuracy,
    )
    from speechbrain_zsfuse.evaluation.predictions import (
        write_metrics as write_metrics,
        write_predictions as write_predictions,
    )

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "confusion": "metrics",
        "macro_f1": "metrics",
        "summarise": "metrics",
        "unweighted_average_recall": "metrics",
        "weighted_accuracy": "metrics",
        "write_metrics": "predictions",
        "write_predictions": "predictions",
    },
)
