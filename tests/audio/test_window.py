"""What a model of fixed window hears, and when two windows are the same."""

import pytest
import torch

from speechbrain_zsfuse.audio.window import (
    AUDIO_FILL,
    LONG_AUDIO,
    choose,
    fill_window,
    window_key,
)

# Official LAION-CLAP, window of 10 s: copies seen and seconds of zeros for
# 1, 2, 3 and 4 repetitions; None where the official code crops at random.
OFFICIAL = {
    1: [(10, 0), (10, 0), (9, 1), (8, 2)],
    2: [(5, 0), (4, 2), (3, 4), (4, 2)],
    3.7: [(2, 2.6), (2, 2.6), None, None],
    5: [(2, 0), (2, 0), None, None],
    8: [(1, 2), None, None, None],
    12: [None, None, None, None],
}
RATE = 1000
CASES = [
    (seconds, repeats, cell)
    for seconds, row in OFFICIAL.items()
    for repeats, cell in enumerate(row, start=1)
]


def ramp(seconds):
    """A clip whose every sample differs, at 1 kHz."""
    return torch.arange(1.0, round(seconds * RATE) + 1)


@pytest.mark.parametrize("seconds, repeats, cell", CASES)
def test_window_is_the_official_one(seconds, repeats, cell):
    clip = ramp(seconds)
    window = fill_window(clip, repeats, 10 * RATE)
    if cell is None:  # any part will do: the first
        assert torch.equal(window, clip.repeat(repeats)[: 10 * RATE])
    else:
        copies, silence = cell
        sound = round((10 - silence) * RATE)
        assert torch.equal(window[:sound], clip.repeat(copies))
        assert not window[sound:].any()


@pytest.mark.parametrize("audio_fill", AUDIO_FILL)
@pytest.mark.parametrize("long_audio", LONG_AUDIO)
@pytest.mark.parametrize("seconds", [*OFFICIAL, 2.5, 3.3, 10, 10.001, 23])
def test_keys_are_equal_exactly_where_windows_are(
    seconds, long_audio, audio_fill
):
    clip, size, repeats = ramp(seconds), 10 * RATE, range(1, 9)
    options = long_audio, audio_fill
    windows = [fill_window(clip, a, size, *options) for a in repeats]
    keys = [window_key(len(clip), a, size, *options) for a in repeats]
    for one, first in zip(keys, windows):
        for other, second in zip(keys, windows):
            assert (one == other) == torch.equal(first, second)


def test_first_and_centre_are_where_they_say():
    clip = ramp(30)
    first, centre = (
        fill_window(clip, 1, 10 * RATE, how) for how in ("first", "centre")
    )
    assert first[0] == 1 and centre[0] == 10001 and centre[-1] == 20000


def test_random_is_drawn_by_the_clip_alone():
    generator = torch.Generator().manual_seed(1)
    clips = torch.randn(40, 50, generator=generator)
    before = torch.get_rng_state()
    drawn = [choose(1000, "random", clip) for clip in clips]
    assert drawn == [choose(1000, "random", clip) for clip in clips]
    assert torch.equal(before, torch.get_rng_state())
    assert len(set(drawn)) > 30
    assert min(drawn) < 100 and max(drawn) >= 900


def test_the_draw_is_the_same_on_every_machine():
    drawn = [choose(1000, "random", ramp(n / 10)) for n in (1, 2, 3)]
    assert drawn == [791, 380, 702]


def test_fill_with_zeros_or_copies():
    clip = torch.tensor([1, 2, 3])
    assert fill_window(clip, 2, 8, audio_fill="pad").tolist() == [
        *(1, 2, 3, 1, 2, 3, 0, 0)
    ]
    assert fill_window(clip, 2, 8, audio_fill="repeat").tolist() == [
        *(1, 2, 3, 1, 2, 3, 1, 2)
    ]


@pytest.mark.parametrize("option", ["long_audio", "audio_fill"])
def test_an_unknown_option_is_refused(option):
    with pytest.raises(ValueError, match=f"`{option}` to be one of.*'last'"):
        fill_window(ramp(20), 1, 10 * RATE, **{option: "last"})


def test_absurd_repetitions_take_no_memory():
    """A million copies of 20 s would be 80 GB."""
    clip = ramp(20)
    window = fill_window(clip, 10**6, 10 * RATE, long_audio="centre")
    start = (10**6 * len(clip) - 10 * RATE) // 2 % len(clip)
    expected = clip.repeat(2)[start : start + 10 * RATE]
    assert torch.equal(window, expected)
