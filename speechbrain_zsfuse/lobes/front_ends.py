"""What an audio tower is given, made of clips without any trained weight.

A lobe names its front end by JSON values, ``listening``; here they become
the front end again, so that a tower may run elsewhere. It knows nothing of
towers.
"""

from functools import partial

from speechbrain_zsfuse.audio.reading import resample
from speechbrain_zsfuse.audio.window import heard_part
from speechbrain_zsfuse.lobes.towers.htsat import HTSATFrontEnd
from speechbrain_zsfuse.lobes.towers.zipformer import features


def make_front_end(settings):
    """The front end that a lobe names.

    Arguments
    ---------
    settings : dict
        ``listening`` of a lobe. Its ``kind``: ``log-mel`` (CLAP, ReCLAP: a
        window, see ``HTSATFrontEnd``), ``filterbank`` (CLSP: Kaldi's) or
        ``waveform`` (ParaCLAP).

    Returns
    -------
    callable
        ``(clips, repeats)`` to a list of passes, each a dict of tensors: all
        clips at once for ``log-mel`` (``features`` and, of a fused model,
        ``longer``), else one clip a pass (``features`` or ``waveforms``),
        since padding would change what the tower answers.

    Raises
    ------
    ValueError
        If there is no such kind.

    Example
    -------
    >>> import torch
    >>> hear = make_front_end({"kind": "waveform"})
    >>> [one["waveforms"].shape for one in hear([torch.ones(3)], repeats=2)]
    [torch.Size([1, 6])]
    """
    options = dict(settings)
    kind = options.pop("kind")
    kinds = {
        "log-mel": _log_mel,
        "filterbank": _filterbank,
        "waveform": _waveform,
    }
    if kind not in kinds:
        raise ValueError(
            f"Expected a front end among {', '.join(kinds)}, but got {kind!r}. "
            "Export the model again with this version."
        )
    return kinds[kind](**options)


def resample_for(settings, waveform, rate, wanted):
    """Bring a waveform to the rate of a lobe, as ``FrozenALM.resample`` does.

    Arguments
    ---------
    settings : dict
        ``listening`` of a lobe.
    waveform : numpy.ndarray
        float32, shape [T].
    rate, wanted : int
        In Hz.

    Returns
    -------
    numpy.ndarray
        float32, shape [T'].

    Example
    -------
    >>> import numpy as np
    >>> silence = np.zeros(8, dtype="float32")
    >>> resample_for({"kind": "waveform"}, silence, 32000, 16000).shape
    (4,)
    """
    if settings["kind"] == "filterbank":
        return features.resample(waveform, rate)
    return resample(waveform, rate, wanted)


def _log_mel(**options):
    front_end = HTSATFrontEnd(**options)

    def hear(clips, repeats):
        sizes = [len(clip) for clip in clips]
        features, longer = front_end(clips, sizes, repeats)
        flags = {"longer": longer} if front_end.fused else {}
        return [{"features": features} | flags]

    return hear


def _filterbank(bins, window_size, long_audio):
    part = partial(heard_part, window_size=window_size, long_audio=long_audio)

    def hear(clips, repeats):
        heard = [part(clip, repeats) for clip in clips]
        return [
            {"features": features.filterbank(one, bins)[None]} for one in heard
        ]

    return hear


def _waveform():
    return lambda clips, repeats: [
        {"waveforms": clip.repeat(repeats)[None]} for clip in clips
    ]
