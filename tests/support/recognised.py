"""A trained model in use, compared with the run that trained it."""

import numpy as np
import pandas

from speechbrain_zsfuse.evaluation import probabilities_of, zero_shot_of
from speechbrain_zsfuse.evaluation.predictions import read_predictions


def recordings(run, corpus):
    """Files of the test clips of a run, in the order of its predictions."""
    manifest = pandas.read_csv(run / "test.csv")
    return [path.replace("$data_root", str(corpus)) for path in manifest["wav"]]


def check_same(recognizer, run, corpus):
    """Every test clip gets the probabilities, scores and label of the run,
    which writes nine digits."""
    table = read_predictions(run / "predictions_test.csv")
    answers = recognizer.predict(recordings(run, corpus))
    assert [one.label for one in answers] == table["prediction"].tolist()
    found = np.array([one.probabilities for one in answers])
    np.testing.assert_allclose(found, probabilities_of(table), atol=1e-6)
    scores = zero_shot_of(table)
    if scores is None:
        assert answers[0].zero_shot is None
    else:
        found = np.array([one.zero_shot for one in answers])
        np.testing.assert_allclose(found, scores, atol=1e-6)
