"""The door for sound: whole files come in, everything else is named."""

import io
import os
import socket
import struct

import numpy as np
import pytest
import soundfile

from speechbrain_zsfuse.audio.opening import AudioError
from speechbrain_zsfuse.audio.reading import measure, read_waveform

SECONDS = 1.5
RATE = 16000
TIME = np.arange(round(SECONDS * RATE))
# The bit rate varies, as it does over speech and pauses.
LOUD = np.repeat([1, 0.02, 1, 0.02, 1, 0.02], RATE // 4)
SOUND = LOUD * np.random.default_rng(0).normal(0, 0.1, len(TIME))
KINDS = {
    **{f"{subtype}.wav": ("WAV", subtype) for subtype in ("PCM_16", "PCM_U8")},
    **{f"{subtype}.wav": ("WAV", subtype) for subtype in ("FLOAT", "ULAW")},
    **{f"{s}.wav": ("WAV", s) for s in ("IMA_ADPCM", "MS_ADPCM", "GSM610")},
    **{f"{f}.wav": (f, "PCM_24") for f in ("WAVEX", "RF64")},
    **{f"a.{f}": (f, "PCM_16") for f in ("w64", "aiff", "au", "caf", "flac")},
    "a.sph": ("NIST", "PCM_16"),
    **{"vorbis.ogg": ("OGG", "VORBIS"), "opus.ogg": ("OGG", "OPUS")},
    "a.mp3": ("MP3", "MPEG_LAYER_III"),
}


def encoded(kind, sound=SOUND, rate=RATE, **options):
    file = io.BytesIO()
    form, subtype = KINDS[kind]
    soundfile.write(file, sound, rate, subtype, format=form, **options)
    return file.getvalue()


def problem(path, content=None):
    """What both ways of reading say, which is the same; None: it is sound."""
    if content is not None:
        path.write_bytes(content)
    said = []
    for read in (measure, read_waveform):
        try:
            read(path)
            said.append(None)
        except AudioError as error:
            assert os.path.basename(path) in str(error)
            said.append(error.reason)
    assert said[0] == said[1]
    return said[0]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_whole_files_are_whole(tmp_path, kind, channels):
    if channels > 1 and kind.startswith("GSM610"):
        pytest.skip("the codec is mono")
    sound = np.stack([SOUND] * channels, axis=1)
    path = tmp_path / kind
    assert problem(path, encoded(kind, sound)) is None
    block = 1024 if "ADPCM" in kind or "GSM" in kind else 0
    assert len(TIME) <= measure(path)[0] <= len(TIME) + block
    assert len(read_waveform(path)[0]) == measure(path)[0]


@pytest.mark.parametrize("lost", [1, 2, 100, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_short_by_whatever_is_named(tmp_path, kind, lost):
    content = encoded(kind)
    kept = len(content) - (lost if lost >= 1 else round(lost * len(content)))
    said = problem(tmp_path / kind, content[:kept])
    if kind == "GSM610.wav" and lost == 1:  # it fills up to an even size
        assert said is None
        return
    assert said.startswith(
        ("it is truncated", "it is unreadable", "it is damaged")
    )


@pytest.mark.parametrize("kind", ["vorbis.ogg", "opus.ogg", "a.flac", "a.mp3"])
def test_damage_in_the_middle_is_named(tmp_path, kind):
    content = bytearray(encoded(kind))
    middle = len(content) // 2
    content[middle : middle + 500] = bytes(500)
    said = problem(tmp_path / kind, content)
    assert "damaged" in said and "Error :" not in said and ".)" not in said


@pytest.mark.parametrize("place", [0.2, 0.5, 0.95])
def test_one_flipped_bit_of_an_ogg_is_named(tmp_path, place):
    content = bytearray(encoded("vorbis.ogg"))
    content[round(place * len(content))] ^= 16
    assert "checksum of page" in problem(tmp_path / "a.ogg", content)


def test_an_ogg_without_a_page_or_with_another_behind_is_named(tmp_path):
    content = encoded("vorbis.ogg")
    pages = [b"OggS" + page for page in content.split(b"OggS")[1:]]
    path = tmp_path / "a.ogg"
    assert problem(path, b"".join(pages)) is None
    lost = b"".join(pages[:-2] + pages[-1:])
    assert "page" in problem(path, lost) and "missing" in problem(path, lost)
    assert "last page does not end" in problem(path, b"".join(pages[:-1]))
    assert "several streams" in problem(path, content + content)
    assert problem(path, content + b"TAG" + b"a" * 125) is None
    assert "something else follows" in problem(path, content + b"a" * 125)


# ---------------------------------------------------------------------- WAV
def patched(name, place, value):
    """A WAV with other bytes at a place behind a word of its header."""
    content = encoded("PCM_16.wav")
    place += content.index(name) + 4
    return content[:place] + value + content[place + len(value) :]


@pytest.mark.parametrize("size", [b"\xff" * 4, b"\x00\xf0\xff\x7f"])
def test_a_wav_written_to_a_pipe_is_whole_to_the_last_frame(tmp_path, size):
    content = patched(b"data", 0, size)
    path = tmp_path / "a.wav"
    assert problem(path, content) is None
    assert measure(path) == (len(TIME), RATE)
    assert "last frame is cut" in problem(path, content[:-1])


@pytest.mark.parametrize("size", [b"\0" * 4, b"\x10\0\0\0"])
def test_a_wav_that_was_never_finished_is_named(tmp_path, size):
    said = problem(tmp_path / "a.wav", patched(b"data", 0, size))
    assert "was not finished" in said and "bytes of sound" in said


def test_what_may_follow_the_sound_of_a_wav(tmp_path):
    path, content = tmp_path / "a.wav", encoded("PCM_16.wav")
    for more in (b"LIST\4\0\0\0abcd", b"TAG" + b"a" * 125, bytes(7)):
        assert problem(path, content + more) is None
    assert "does not explain" in problem(path, content + content[60:999])
    padded = encoded("PCM_U8.wav", SOUND[:-1])
    for odd in (padded, padded[:-1]):  # some writers forget the padding
        assert problem(path, odd + b"LIST\4\0\0\0abcd") is None


@pytest.mark.parametrize("size", [20, 129])
@pytest.mark.parametrize("kind", ["PCM_16.wav", "a.aiff", "a.au", "a.flac"])
def test_tags_in_front_hide_nothing(tmp_path, kind, size):
    tag = b"ID3\3\0\0" + bytes([0, 0, size >> 7, size & 0x7F, *bytes(size)])
    path, content = tmp_path / kind, encoded(kind)
    assert problem(path, tag + content) is None
    assert measure(path) == (len(TIME), RATE)
    for kept in (len(content) - 1, len(content) // 2):
        assert problem(path, tag + content[:kept])


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_cut_anywhere_is_named(tmp_path, kind):
    for size in range(1, 64):
        assert problem(tmp_path / kind, encoded(kind)[:size])


@pytest.mark.parametrize("bit", range(32))
def test_one_flipped_bit_of_a_sample_rate_is_named(tmp_path, bit):
    rate = (RATE ^ 1 << bit).to_bytes(4, "little")
    said = problem(tmp_path / "a.wav", patched(b"fmt ", 8, rate))
    words = "sample rate", "contradicts itself", "unreadable"  # no number
    assert any(word in said for word in words[: 3 if bit == 31 else 2])


@pytest.mark.parametrize("rate", [1, 7999, 192001, 2**31 - 1])
def test_rates_that_no_recording_has_are_named_and_can_be_allowed(
    tmp_path, rate
):
    path = tmp_path / "a.wav"
    soundfile.write(path, SOUND, rate)
    with pytest.raises(AudioError, match=f"rate of {rate} Hz, where 8000 to"):
        read_waveform(path)
    if rate < 2**30:  # of which this is a moment
        assert read_waveform(path, rates=(1, 2**30))[1] == rate


@pytest.mark.parametrize("channels", [3, 5, 9])
def test_more_channels_than_a_frame_has_room_for_are_named(tmp_path, channels):
    content = patched(b"fmt ", 6, bytes([channels]))
    said = problem(tmp_path / "a.wav", content)
    assert f"{channels} channels of 16 bits, but 2 bytes" in said


def test_an_aiff_that_was_never_finished_is_named(tmp_path):
    content = encoded("a.aiff")
    for name, place in ((b"COMM", 10), (b"SSND", 4)):
        place += content.index(name)
        content = content[:place] + bytes(4) + content[place + 4 :]
    said = problem(tmp_path / "a.aiff", content)
    assert "was not finished: its header states 0 bytes" in said


def test_an_aiff_that_states_more_frames_than_it_has_is_named(tmp_path):
    content = bytearray(encoded("a.aiff"))
    place = content.index(b"COMM") + 10
    content[place : place + 4] = (2 * len(TIME)).to_bytes(4, "big")
    assert "truncated" in problem(tmp_path / "a.aiff", content)


# ---------------------------------------------------------------------- MP3
def test_an_mp3_without_its_length_is_heard_whole_or_named(tmp_path):
    content, path = encoded("a.mp3"), tmp_path / "a.mp3"
    place = content.index(b"Xing") + 8
    for changed in (
        content.replace(b"Xing", bytes(4)),
        content[:place] + bytes(4) + content[place + 4 :],
    ):
        said = problem(path, changed)
        assert "states no true length" in said and "convert it" in said


def test_an_mp3_of_constant_bit_rate_needs_no_length(tmp_path):
    content = encoded("a.mp3", bitrate_mode="CONSTANT", compression_level=0.5)
    path = tmp_path / "a.mp3"
    assert problem(path, content) is None
    assert problem(path, content.replace(b"Info", bytes(4))) is None
    assert len(TIME) <= measure(path)[0] <= len(TIME) + 4 * 576


@pytest.mark.parametrize("bit", range(3))
def test_an_mp3_whose_length_the_decoder_does_not_find_is_named(tmp_path, bit):
    content = bytearray(encoded("a.mp3"))
    content[content.index(b"Xing") - 1] ^= 1 << bit
    assert "states no true length" in problem(tmp_path / "a.mp3", content)


def test_an_mp3_in_a_wav_is_whole_or_named(tmp_path):
    sound = encoded("a.mp3", bitrate_mode="CONSTANT", compression_level=0.5)
    numbers = 0x55, 1, RATE, 4000, 1, 0, 12, 1, 2, 576, 1, 0
    kind = struct.pack("<4sIHHIIHHHHIHHH", b"fmt ", 30, *numbers)
    content = b"WAVE" + kind + struct.pack("<4sI", b"data", len(sound)) + sound
    content = struct.pack("<4sI", b"RIFF", len(content)) + content
    path = tmp_path / "a.wav"
    assert problem(path, content) is None
    assert len(TIME) <= measure(path)[0] <= len(TIME) + 4 * 576
    assert "truncated" in problem(path, content[:-100])
    assert "truncated or damaged" in problem(path, half_stereo(content))


def half_stereo(content):
    """A frame in the middle of constant bit rate says that it is stereo."""
    place = content.index(b"\xff\xf3\x98\xc4", len(content) // 2) + 3
    return content[:place] + b"\x84" + content[place + 1 :]


def test_an_mp3_that_the_decoder_leaves_halfway_is_named(tmp_path):
    content = encoded("a.mp3", bitrate_mode="CONSTANT", compression_level=0.5)
    said = problem(tmp_path / "a.mp3", half_stereo(content))
    assert "of 25344 samples are heard" in said


def test_an_mp3_of_free_bit_rate_is_named(tmp_path):
    content = bytearray(encoded("a.mp3"))
    content[2] &= 0x0F
    assert "stated bit rate" in problem(tmp_path / "a.mp3", content)


def test_tags_of_an_mp3_are_no_sound(tmp_path):
    content = encoded("a.mp3")
    tag = b"ID3\4\0\0\0\0\0\x14" + b"TPE1" + bytes(16)
    old = b"TAG" + b"a" * 125
    ape = b"APETAGEX" + (2000).to_bytes(4, "little")
    head, items = ape + b"\x69\0\0\0" + bytes(16), b"\1" * 73
    for begin in (b"", tag, tag + tag, head + items + head):
        for end in (b"", old, head + items + head, items + head + old):
            path = tmp_path / "a.mp3"
            assert problem(path, begin + content + end) is None
    assert "no frame follows" in problem(path, content + items[1:] + head)
    assert "no frame follows" in problem(tmp_path / "a.mp3", content + b"abcde")


# --------------------------------------------------------- not a sound file
@pytest.mark.parametrize(
    "content, expected",
    [
        (b"", "empty"),
        (b"RIFFnonsense", "unreadable"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
        (b"\n<!DOCTYPE html><html>", "web page"),
        (b"<HTML><body>404", "web page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Error>', "is XML"),
        (b'{"error": "not found"}', "JSON"),
        (b"PK\3\4", "zip archive"),
    ],
)
@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.raw"])
def test_what_is_no_sound_is_named_for_what_it_is(
    tmp_path, name, content, expected
):
    assert expected in problem(tmp_path / name, content)


def test_what_is_no_file_is_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.wav")
    assert "named pipe" in problem(tmp_path / "pipe.wav")
    (tmp_path / "folder.wav").mkdir()
    assert "a folder" in problem(tmp_path / "folder.wav")
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(tmp_path)  # the name of a socket is short
        try:
            server.bind("s.wav")
        finally:
            os.chdir(here)
    assert "a socket" in problem(tmp_path / "s.wav")
    os.symlink("/dev/zero", tmp_path / "device.wav")
    assert "a device" in problem(tmp_path / "device.wav")


def test_what_is_not_there_is_said_in_words(tmp_path):
    assert problem(tmp_path / "a.wav") == "there is no such file"
    (tmp_path / "file").touch()
    assert problem(tmp_path / "file/a.wav") == "there is no such file"
    os.symlink("gone.wav", tmp_path / "link.wav")
    said = problem(tmp_path / "link.wav")
    assert said == "it is a link to 'gone.wav', which is not there"
    os.symlink("loop.wav", tmp_path / "loop.wav")
    assert "symbolic links" in problem(tmp_path / "loop.wav")


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    (tmp_path / "a.wav").write_bytes(b"secret")
    monkeypatch.setattr(os, "access", lambda *arguments: False)
    said = problem(tmp_path / "a.wav")
    assert said == "there is no permission to read it"


def test_a_name_in_any_bytes_is_named_in_words(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xe9t\xe9.wav")
    soundfile.write(os.fsencode(path), SOUND, RATE, format="WAV")
    with pytest.raises(AudioError, match=r"xe9t.*not UTF-8. Rename it") as said:
        read_waveform(path)
    str(said.value).encode("utf-8")
    soundfile.write(tmp_path / "été.wav", SOUND, RATE)
    assert problem(tmp_path / "été.wav") is None


@pytest.mark.parametrize("frames", [2**36 - 1, 10**9])
def test_memory_is_not_asked_for_by_a_header(tmp_path, frames):
    content = bytearray(encoded("a.flac"))
    content[21] = content[21] & 0xF0 | frames >> 32
    content[22:26] = (frames & 0xFFFFFFFF).to_bytes(4, "big")
    assert "no possible length" in problem(tmp_path / "a.flac", content)


@pytest.mark.parametrize(
    "begin",
    [
        b"\0\0\0\x20ftypisom",
        b"\x1aE\xdf\xa3\x9fB\x86",
        b"RIFF\n\0\0\0AVI LIST",
        bytes.fromhex("3026b2758e66cf11a6d9"),
    ],
)
def test_media_are_told_where_to_go(tmp_path, begin):
    (tmp_path / "a.wav").write_bytes(begin + bytes(1000))
    told = "a video .*: `zsfuse extract` makes FLAC of it. Give the FLAC in"
    with pytest.raises(AudioError, match=told):
        read_waveform(tmp_path / "a.wav")
