"""What a run was: its record, predictions and metrics, from files alone.

No torch here.
"""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.evaluation.calibration import (
        apply_temperature as apply_temperature,
        brier_score as brier_score,
        calibrate as calibrate,
        expected_calibration_error as expected_calibration_error,
        fit_temperature as fit_temperature,
        negative_log_likelihood as negative_log_likelihood,
    )
    from speechbrain_zsfuse.evaluation.columns import (
        labels_of as labels_of,
        probabilities_of as probabilities_of,
        zero_shot_of as zero_shot_of,
    )
    from speechbrain_zsfuse.evaluation.metrics import (
        confusion as confusion,
        macro_f1 as macro_f1,
        summarise as summarise,
        unweighted_average_recall as unweighted_average_recall,
        weighted_accuracy as weighted_accuracy,
    )
    from speechbrain_zsfuse.evaluation.predictions import (
        predictions_table as predictions_table,
        read_predictions as read_predictions,
        write_predictions as write_predictions,
    )
    from speechbrain_zsfuse.evaluation.record import (
        Record as Record,
        find_records as find_records,
        read_record as read_record,
        write_record as write_record,
    )
    from speechbrain_zsfuse.evaluation.summary import (
        write_metrics as write_metrics,
    )

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "Record": "record",
        "apply_temperature": "calibration",
        "brier_score": "calibration",
        "calibrate": "calibration",
        "confusion": "metrics",
        "expected_calibration_error": "calibration",
        "find_records": "record",
        "fit_temperature": "calibration",
        "labels_of": "columns",
        "macro_f1": "metrics",
        "negative_log_likelihood": "calibration",
        "predictions_table": "predictions",
        "probabilities_of": "columns",
        "read_predictions": "predictions",
        "read_record": "record",
        "summarise": "metrics",
        "unweighted_average_recall": "metrics",
        "weighted_accuracy": "metrics",
        "write_metrics": "summary",
        "write_predictions": "predictions",
        "write_record": "record",
        "zero_shot_of": "columns",
    },
)
