"""Batches of sound: cut, checked, and errors that name the clip."""

import pytest
import torch

from speechbrain_zsfuse.audio.batch import (
    ClipError,
    check_clips,
    name_clips,
    split_batch,
)


def noise(*sizes):
    return [torch.rand(size) - 0.5 for size in sizes]


def test_a_batch_and_a_list_are_the_same_clips():
    wavs = torch.rand(2, 10)
    clips = split_batch(wavs, torch.tensor([1.0, 0.7]))
    assert [len(clip) for clip in clips] == [10, 7]
    again = split_batch(clips)
    assert all(torch.equal(a, b) for a, b in zip(clips, again))


@pytest.mark.parametrize(
    "wavs, lens, message",
    [
        ([], None, "at least one clip"),
        (noise(4, 3), torch.ones(2), "no `lens` with a list"),
        ([torch.rand(1, 4)], None, r"shape \[samples\] in a list, .*\[1, 4\]"),
        ([torch.ones(4).short()], None, "torch.int16"),
        ([[0.5, 0.4]], None, "to be a tensor"),
        (torch.rand(2, 8), torch.tensor([8.0, 6.0]), "Divide lengths in sampl"),
    ],
)
def test_what_is_no_batch_is_refused(wavs, lens, message):
    with pytest.raises((ValueError, TypeError), match=message):
        split_batch(wavs, lens)


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda clip: clip.fill_(0.1), "is silent"),
        (lambda clip: clip.mul_(1e-7), "is silent"),
        (lambda clip: clip[3:4].fill_(-torch.inf), "holds NaN or infinite"),
        (lambda clip: clip.mul_(1e29), "has a peak of"),
    ],
)
def test_the_first_bad_clip_is_named_by_its_owner(spoil, message):
    clips, sizes = noise(9, 8, 7), [9, 8, 7]
    check_clips(clips, sizes)
    for clip in clips[1:]:
        spoil(clip)
    with pytest.raises(ClipError, match=f"clip 1 of the batch {message}"):
        check_clips(clips, sizes)
    with pytest.raises(ClipError, match=f"but b.wav {message}") as caught:
        with name_clips(["a.wav", "b.wav", "c.wav"]):
            check_clips(clips, sizes)
    assert "of the batch" not in str(caught.value)


def test_a_peak_that_decoders_give_is_sound():
    check_clips([torch.tensor([0.1, 2.0, -2.5])], [3])


def test_other_errors_pass_through():
    with pytest.raises(KeyError, match="mine"), name_clips(["a"]):
        raise KeyError("mine")
