"""What a run was: its record, predictions and metrics, from files alone.

No torch here.
"""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.evaluation.amplification.cells import (
        Cell as Cell,
        choose_cell as choose_cell,
        zero_shot_uar as zero_shot_uar,
    )
    from speechbrain_zsfuse.evaluation.amplification.correlation import (
        correlate_cells as correlate_cells,
    )
    from speechbrain_zsfuse.evaluation.amplification.effect import (
        describe_effect as describe_effect,
        read_fused as read_fused,
    )
    from speechbrain_zsfuse.evaluation.amplification.regret import (
        find_choices as find_choices,
        judge_choices as judge_choices,
    )
    from speechbrain_zsfuse.evaluation.collection.gathering import (
        Collection as Collection,
        gather as gather,
    )
    from speechbrain_zsfuse.evaluation.collection.keeping import (
        keep_results as keep_results,
    )
    from speechbrain_zsfuse.evaluation.collection.system import pair as pair
    from speechbrain_zsfuse.evaluation.columns import (
        labels_of as labels_of,
        probabilities_of as probabilities_of,
        zero_shot_of as zero_shot_of,
    )
    from speechbrain_zsfuse.evaluation.cross.matrix import (
        build_matrix as build_matrix,
    )
    from speechbrain_zsfuse.evaluation.cross.measures import (
        measure_transfer as measure_transfer,
    )
    from speechbrain_zsfuse.evaluation.ensembles.combine import (
        combine_systems as combine_systems,
        select_systems as select_systems,
    )
    from speechbrain_zsfuse.evaluation.ensembles.members import (
        align_systems as align_systems,
    )
    from speechbrain_zsfuse.evaluation.figures.confusion import (
        draw_confusion as draw_confusion,
    )
    from speechbrain_zsfuse.evaluation.figures.curves import (
        draw_curves as draw_curves,
    )
    from speechbrain_zsfuse.evaluation.figures.differences import (
        draw_differences as draw_differences,
    )
    from speechbrain_zsfuse.evaluation.figures.dots import (
        draw_dots as draw_dots,
    )
    from speechbrain_zsfuse.evaluation.figures.heatmap import (
        draw_heat_maps as draw_heat_maps,
    )
    from speechbrain_zsfuse.evaluation.figures.learning import (
        read_epochs as read_epochs,
    )
    from speechbrain_zsfuse.evaluation.figures.making.drawing import (
        draw_results as draw_results,
    )
    from speechbrain_zsfuse.evaluation.figures.making.kinds import (
        draw_comparisons as draw_comparisons,
    )
    from speechbrain_zsfuse.evaluation.figures.making.writing import (
        write_figures as write_figures,
    )
    from speechbrain_zsfuse.evaluation.figures.reliability import (
        draw_reliability as draw_reliability,
    )
    from speechbrain_zsfuse.evaluation.figures.spread import (
        draw_spread as draw_spread,
    )
    from speechbrain_zsfuse.evaluation.figures.style import (
        save_figure as save_figure,
    )
    from speechbrain_zsfuse.evaluation.figures.svg import (
        figure_svg as figure_svg,
    )
    from speechbrain_zsfuse.evaluation.figures.transfer import (
        draw_transfer as draw_transfer,
    )
    from speechbrain_zsfuse.evaluation.figures.values import (
        class_recalls as class_recalls,
        reliability_panels as reliability_panels,
        speaker_values as speaker_values,
    )
    from speechbrain_zsfuse.evaluation.marks import (
        footnote as footnote,
        mark as mark,
    )
    from speechbrain_zsfuse.evaluation.metrics.calibration import (
        apply_temperature as apply_temperature,
        brier_score as brier_score,
        calibrate as calibrate,
        expected_calibration_error as expected_calibration_error,
        fit_temperature as fit_temperature,
        negative_log_likelihood as negative_log_likelihood,
        probabilities_and_truth as probabilities_and_truth,
    )
    from speechbrain_zsfuse.evaluation.metrics.chance import (
        guess_uniformly as guess_uniformly,
    )
    from speechbrain_zsfuse.evaluation.metrics.classification import (
        confusion as confusion,
        macro_f1 as macro_f1,
        micro_f1 as micro_f1,
        precisions as precisions,
        recalls as recalls,
        summarise as summarise,
        unweighted_average_recall as unweighted_average_recall,
        weighted_accuracy as weighted_accuracy,
    )
    from speechbrain_zsfuse.evaluation.metrics.confidence import (
        confidence_bins as confidence_bins,
    )
    from speechbrain_zsfuse.evaluation.metrics.groups import (
        describe_groups as describe_groups,
        measure_groups as measure_groups,
        uar_by_corpus as uar_by_corpus,
    )
    from speechbrain_zsfuse.evaluation.metrics.soft_labels import (
        describe_soft_labels as describe_soft_labels,
        measure_soft_labels as measure_soft_labels,
    )
    from speechbrain_zsfuse.evaluation.paper_tables.making import (
        make_table as make_table,
    )
    from speechbrain_zsfuse.evaluation.paper_tables.table_one import (
        build_table_one as build_table_one,
    )
    from speechbrain_zsfuse.evaluation.paper_tables.table_two import (
        build_table_two as build_table_two,
    )
    from speechbrain_zsfuse.evaluation.paper_tables.zero_shot import (
        build_zero_shot as build_zero_shot,
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
    from speechbrain_zsfuse.evaluation.report.build import (
        make_report as make_report,
    )
    from speechbrain_zsfuse.evaluation.statistics.bootstrap import (
        bootstrap_uar as bootstrap_uar,
    )
    from speechbrain_zsfuse.evaluation.statistics.corrections import (
        holm as holm,
        verdict as verdict,
    )
    from speechbrain_zsfuse.evaluation.statistics.folds import (
        uar_over_folds as uar_over_folds,
    )
    from speechbrain_zsfuse.evaluation.statistics.intervals import (
        interval_by_clips as interval_by_clips,
        interval_by_speakers as interval_by_speakers,
        measure_uar as measure_uar,
    )
    from speechbrain_zsfuse.evaluation.statistics.paired import (
        Comparison as Comparison,
        compare as compare,
    )
    from speechbrain_zsfuse.evaluation.statistics.seeds import (
        mean_std as mean_std,
    )
    from speechbrain_zsfuse.evaluation.summary import (
        write_metrics as write_metrics,
    )

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "Cell": "amplification.cells",
        "Collection": "collection.gathering",
        "Comparison": "statistics.paired",
        "Record": "record",
        "align_systems": "ensembles.members",
        "apply_temperature": "metrics.calibration",
        "bootstrap_uar": "statistics.bootstrap",
        "brier_score": "metrics.calibration",
        "build_matrix": "cross.matrix",
        "build_table_one": "paper_tables.table_one",
        "build_table_two": "paper_tables.table_two",
        "build_zero_shot": "paper_tables.zero_shot",
        "calibrate": "metrics.calibration",
        "choose_cell": "amplification.cells",
        "class_recalls": "figures.values",
        "combine_systems": "ensembles.combine",
        "compare": "statistics.paired",
        "confidence_bins": "metrics.confidence",
        "confusion": "metrics.classification",
        "correlate_cells": "amplification.correlation",
        "describe_effect": "amplification.effect",
        "describe_groups": "metrics.groups",
        "describe_soft_labels": "metrics.soft_labels",
        "draw_comparisons": "figures.making.kinds",
        "draw_confusion": "figures.confusion",
        "draw_curves": "figures.curves",
        "draw_differences": "figures.differences",
        "draw_dots": "figures.dots",
        "draw_heat_maps": "figures.heatmap",
        "draw_reliability": "figures.reliability",
        "draw_results": "figures.making.drawing",
        "draw_spread": "figures.spread",
        "draw_transfer": "figures.transfer",
        "expected_calibration_error": "metrics.calibration",
        "figure_svg": "figures.svg",
        "find_choices": "amplification.regret",
        "find_records": "record",
        "fit_temperature": "metrics.calibration",
        "footnote": "marks",
        "gather": "collection.gathering",
        "guess_uniformly": "metrics.chance",
        "holm": "statistics.corrections",
        "interval_by_clips": "statistics.intervals",
        "interval_by_speakers": "statistics.intervals",
        "judge_choices": "amplification.regret",
        "keep_results": "collection.keeping",
        "labels_of": "columns",
        "macro_f1": "metrics.classification",
        "make_report": "report.build",
        "make_table": "paper_tables.making",
        "mark": "marks",
        "mean_std": "statistics.seeds",
        "measure_groups": "metrics.groups",
        "measure_soft_labels": "metrics.soft_labels",
        "measure_transfer": "cross.measures",
        "measure_uar": "statistics.intervals",
        "micro_f1": "metrics.classification",
        "negative_log_likelihood": "metrics.calibration",
        "pair": "collection.system",
        "precisions": "metrics.classification",
        "predictions_table": "predictions",
        "probabilities_and_truth": "metrics.calibration",
        "probabilities_of": "columns",
        "read_epochs": "figures.learning",
        "read_fused": "amplification.effect",
        "read_predictions": "predictions",
        "read_record": "record",
        "recalls": "metrics.classification",
        "reliability_panels": "figures.values",
        "save_figure": "figures.style",
        "select_systems": "ensembles.combine",
        "speaker_values": "figures.values",
        "summarise": "metrics.classification",
        "uar_by_corpus": "metrics.groups",
        "uar_over_folds": "statistics.folds",
        "unweighted_average_recall": "metrics.classification",
        "verdict": "statistics.corrections",
        "weighted_accuracy": "metrics.classification",
        "write_figures": "figures.making.writing",
        "write_metrics": "summary",
        "write_predictions": "predictions",
        "write_record": "record",
        "zero_shot_of": "columns",
        "zero_shot_uar": "amplification.cells",
    },
)
