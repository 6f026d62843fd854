"""The front matter of a card: what the Hugging Face hub reads of it."""

from huggingface_hub import EvalResult, ModelCardData

from speechbrain_zsfuse.hub.publishing.measures import measure

_TASK = "audio-classification"
_TAGS = [
    "speechbrain",
    "speech-emotion-recognition",
    "emotion-recognition",
    "audio-classification",
    "zs-fuse",
]


def build_metadata(facts, name, licence, alm):
    """What stands between the lines of a card's head.

    Arguments
    ---------
    facts : Facts
    name : str
        Of the published model.
    licence : str
        Of its weights, as the hub spells it.
    alm : AlmPlan or None

    Returns
    -------
    huggingface_hub.ModelCardData

    Example
    -------
    See ``write_card``.
    """
    bases = [facts.encoder.hub_id, facts.alm and facts.alm.hub_id]
    return ModelCardData(
        library_name="speechbrain",
        pipeline_tag=_TASK,
        license=licence,
        tags=[*_TAGS, "zero-shot"] if alm else _TAGS,
        base_model=[base for base in bases if base] or None,
        metrics=["recall", "accuracy", "f1"],
        model_name=name,
        eval_results=list(_results(facts)),
    )


def _results(facts):
    """One a metric, on the clips of this run's test."""
    record = facts.record
    fold = "" if record.fold is None else f", fold {record.fold}"
    for one in measure(facts.table, record.labels):
        args = {"n": len(facts.table)}
        if one.interval:
            args["interval_95_by_speakers"] = [
                round(e, 4) for e in one.interval
            ]
        yield EvalResult(
            task_type=_TASK,
            task_name="Speech emotion recognition",
            dataset_type=facts.corpus.name.lower().replace(" ", "-"),
            dataset_name=facts.corpus.name + fold,
            dataset_split="test",
            metric_type=one.type,
            metric_name=one.name,
            metric_value=round(one.value, 4),
            metric_args=args,
        )
