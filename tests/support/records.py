"""Records of runs that never were: ``run.json`` of a few facts."""

NOT_KNOWN = ("corpus", "release", "fold", "experiment", "encoder", "loss")


def make_record(labels=("sad", "angry"), **facts):
    """A record that knows nothing but some facts."""
    record = dict.fromkeys((*NOT_KNOWN, "score_source"))
    record |= {"format": 1, "version": "0", "labels": list(labels), "seed": 1}
    record |= {"mismatch": [], "signature": "0" * 64, "code": {}}
    return record | {"finished": False} | facts
