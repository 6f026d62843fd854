"""What the tests of exported models share."""

import numpy as np
import pytest


def needs_onnx():
    """Skip unless the extra is installed."""
    for name in ("onnxruntime", "onnxscript"):
        pytest.importorskip(name, reason="needs the extra [onnx]")


def sounds():
    """Recordings at several rates, one beyond the window of an ALM."""
    rng = np.random.default_rng(7)
    lengths = [(0.4, 16000), (2.3, 8000), (1.1, 48000), (12.0, 22050)]
    return [
        (rng.uniform(-0.4, 0.4, round(seconds * rate)).astype("float32"), rate)
        for seconds, rate in lengths
    ]


def check_same(recognizer, other):
    """Two recognisers give the same answers, alone and together."""
    inputs = sounds()
    wanted = recognizer.predict(inputs, per_prompt=True)
    together = other.predict(inputs, per_prompt=True)
    alone = [other.predict(one, per_prompt=True)[0] for one in inputs]
    spread = np.ptp([one.probabilities for one in wanted], axis=0).max()
    assert spread > 1e-3  # they tell recordings apart
    for one, *others in zip(wanted, together, alone):
        for given in others:
            assert given.label == one.label
            assert given.warnings == one.warnings
            _check_close(given.probabilities, one.probabilities)
            assert (given.zero_shot is None) == (one.zero_shot is None)
            if one.zero_shot is not None:
                _check_close(given.zero_shot, one.zero_shot)
                _check_close(*map(_cosines, (given, one)))
                assert _texts(given) == _texts(one)


def _check_close(one, other):
    np.testing.assert_allclose(one, other, atol=2e-5)


def _cosines(answer):
    return [one["score"] for one in answer.per_prompt]


def _texts(answer):
    return [(one["prompt"], one["label"]) for one in answer.per_prompt]
