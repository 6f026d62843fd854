"""Sound: files as waveforms, the window of a model, checks of a batch."""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.audio.batch import (
        ClipError as ClipError,
        check_batch as check_batch,
        check_clips as check_clips,
        name_clips as name_clips,
        split_batch as split_batch,
        true_sizes as true_sizes,
    )
    from speechbrain_zsfuse.audio.normalisation import (
        normalise as normalise,
    )
    from speechbrain_zsfuse.audio.opening import (
        AudioError as AudioError,
        open_sound as open_sound,
    )
    from speechbrain_zsfuse.audio.places import (
        fragment_of as fragment_of,
        split_place as split_place,
    )
    from speechbrain_zsfuse.audio.reading import (
        measure as measure,
        read_audio as read_audio,
        read_waveform as read_waveform,
        resample as resample,
        resampled_length as resampled_length,
    )
    from speechbrain_zsfuse.audio.window import (
        fill_window as fill_window,
        window_key as window_key,
    )

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "AudioError": "opening",
        "ClipError": "batch",
        "check_batch": "batch",
        "check_clips": "batch",
        "fill_window": "window",
        "fragment_of": "places",
        "measure": "reading",
        "name_clips": "batch",
        "normalise": "normalisation",
        "open_sound": "opening",
        "read_audio": "reading",
        "read_waveform": "reading",
        "resample": "reading",
        "resampled_length": "reading",
        "split_batch": "batch",
        "split_place": "places",
        "true_sizes": "batch",
        "window_key": "window",
    },
)
