"""Parts of long files: the right samples of the right channel, or an error."""

import shutil
import subprocess

import numpy as np
import pytest
import soundfile

from speechbrain_zsfuse.audio import opening
from speechbrain_zsfuse.audio.opening import AudioError
from speechbrain_zsfuse.audio.places import (
    Excerpt,
    fragment_of,
    split_fragment,
    split_place,
)
from speechbrain_zsfuse.audio.reading import (
    measure,
    read_audio,
    read_waveform,
    resample,
)

RATE = 16000
NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, (4 * RATE, 2))


def write(path, samples=NOISE, rate=RATE, **options):
    """In blocks, since libsndfile's Vorbis dislikes large ones."""
    kind = {"samplerate": rate, "channels": samples.shape[1], **options}
    with soundfile.SoundFile(path, "w", **kind) as file:
        for block in np.array_split(samples, 40):
            file.write(block)
    return str(path)


@pytest.mark.parametrize(
    "given, fragment",
    [
        (("1.50", "3.0"), "#t=1.5,3"),
        (("0", "2"), "#t=0,2"),
        (("", "2"), "#t=0,2"),
        (("1e-1", ""), "#t=0.1"),
        (("0.00", ""), ""),
        (("10", "20", "2"), "#t=10,20&channel=2"),
        (("", "", " 1 "), "#channel=1"),
    ],
)
def test_equal_places_have_one_name(given, fragment):
    assert fragment_of(*given) == fragment
    assert split_fragment(f"a.wav{fragment}") == ("a.wav", fragment)


@pytest.mark.parametrize(
    "given",
    [
        *(("-1", "2"), ("1", "1"), ("2", "1"), ("1,5", "2"), ("nan", "")),
        *(("inf", ""), ("1:30", "2"), ("0:00:01", ""), ("", "0"), ("1_0", "")),
        *(("", "", "0"), ("", "", "1.0"), ("", "", "left"), ("٣", "")),
    ],
)
def test_what_is_no_part_is_refused(given):
    with pytest.raises(ValueError, match="Expected (seconds|the number)"):
        fragment_of(*given)


@pytest.mark.parametrize(
    "name", ["a.wav", "take #1.wav", "a#t=.wav", "#t=1,2", "a.wav#t=1,2x"]
)
def test_most_names_are_whole_files(name):
    assert split_place(name) == Excerpt(name)


@pytest.mark.parametrize(
    "kind, options, close",
    [
        ("wav", {}, 0),
        ("flac", {}, 0),
        ("aiff", {"subtype": "PCM_24"}, 0),
        ("wav", {"subtype": "IMA_ADPCM"}, 0),
        ("ogg", {}, 0),
        ("opus", {"format": "OGG", "subtype": "OPUS"}, 1e-6),
        ("mp3", {}, 1e-6),
    ],
)
def test_a_part_is_what_it_is_of_the_whole(tmp_path, kind, options, close):
    path = write(tmp_path / f"a.{kind}", **options)
    whole, rate = read_waveform(path)
    for first, last in ((0, 8000), (24001, 40000), (56000, 64000)):
        place = f"{path}#t={first / rate:.7f},{last / rate:.7f}"
        part, _ = read_waveform(place)
        assert len(part) == last - first and measure(place) == (len(part), rate)
        assert np.abs(part - whole[first:last]).max() <= close


def test_channels(tmp_path):
    path = write(tmp_path / "a.flac")
    both, _ = soundfile.read(path, dtype="float32")
    for channel in (1, 2):
        assert (
            read_waveform(f"{path}#channel={channel}")[0]
            == both[:, channel - 1]
        ).all()
    part, _ = read_waveform(f"{path}#t=1,2&channel=2")
    assert (part == both[RATE : 2 * RATE, 1]).all()
    assert part.flags.c_contiguous
    with pytest.raises(AudioError, match=r"2 channels, and no 3\. Correct the"):
        read_waveform(f"{path}#channel=3")


def test_a_part_is_cut_before_it_is_resampled(tmp_path):
    path = write(tmp_path / "a.wav", rate=44100)
    whole = read_waveform(path)[0]
    expected = resample(whole[22050:44100], 44100, 16000)
    assert (read_audio(f"{path}#t=0.5,1", 16000) == expected).all()


@pytest.mark.parametrize(
    "kind, run_up", [("flac", 0), ("wav", 0), ("mp3", 1), ("ogg", 1)]
)
def test_nothing_but_the_part_is_decoded(tmp_path, monkeypatch, kind, run_up):
    """But for what shapes its first samples."""
    path = write(tmp_path / f"a.{kind}")
    read, taken = soundfile.SoundFile.read, []
    monkeypatch.setattr(
        soundfile.SoundFile,
        "read",
        lambda file, frames, *a, **k: (
            taken.append((file.tell(), frames)) or read(file, frames, *a, **k)
        ),
    )
    read_waveform(f"{path}#t=2,3")
    assert taken == [((2 - run_up) * RATE, (1 + run_up) * RATE)]
    taken.clear()
    read_waveform(f"{path}#t=0.5,1")
    first = RATE // 2 * (1 - run_up)
    assert taken == [(first, RATE - first)]


@pytest.mark.skipif(
    shutil.which("ffmpeg") is None, reason="ffmpeg is not installed"
)
def test_what_comes_before_shapes_a_part_of_an_mp3(tmp_path):
    time = np.arange(20 * RATE) / RATE
    tone = 0.3 * np.sin(2 * np.pi * (200 + 50 * np.sin(time)) * time)
    noise = np.random.default_rng(0).normal(0, 0.05, len(time))
    write(tmp_path / "a.wav", (tone + noise)[:, None])
    path = str(tmp_path / "a.mp3")
    form = ["-c:a", "libmp3lame", "-q:a", "4", "-ar", "44100"]
    command = ["ffmpeg", "-v", "error", "-i", tmp_path / "a.wav", *form, path]
    subprocess.run(command, check=True)
    whole, rate = read_waveform(path)
    for start in np.arange(2, 18, 0.37):
        part, _ = read_waveform(f"{path}#t={start:.2f},{start + 0.5:.2f}")
        first = round(float(f"{start:.2f}") * rate)
        assert np.abs(part - whole[first : first + len(part)]).max() < 1e-6


def test_a_long_compressed_file_is_walked_once(tmp_path, monkeypatch):
    path = write(tmp_path / "a.ogg")
    walks = []
    monkeypatch.setattr(opening, "ogg_problem", lambda _: walks.append(1))
    for start in range(3):
        read_waveform(f"{path}#t={start},{start + 1}")
    assert len(walks) == 1
    write(tmp_path / "a.ogg", NOISE[:-9])  # another file
    read_waveform(f"{path}#t=0,1")
    assert len(walks) == 2


@pytest.mark.parametrize(
    "part, reason",
    [
        ("t=3,4.02", "does not lie in its file, which ends at 4 s"),
        ("t=4", "does not lie in its file"),
        ("t=9,10", "does not lie in its file"),
        ("t=1,1.01", r"the part is too short \(10 ms; at least 25 ms"),
        (
            "t=2,1",
            "it names no part of its file. Expected seconds of at",
        ),
        ("channel=0", "it names no part of its file. Expected the number of a"),
    ],
)
def test_parts_that_are_not_there(tmp_path, part, reason):
    place = f"{write(tmp_path / 'a.flac')}#{part}"
    with pytest.raises(AudioError, match=reason) as error:
        read_waveform(place)
    assert f"#{part}" in str(error.value)  # the place is named
    with pytest.raises(AudioError, match=reason):
        measure(place)


def test_a_rounded_end_is_the_end(tmp_path):
    path = write(tmp_path / "a.wav", NOISE[:-1])  # 3.99994 s
    assert len(read_waveform(f"{path}#t=3,4")[0]) == RATE - 1


def test_a_silent_part_of_a_loud_file(tmp_path):
    loud = NOISE.copy()
    loud[RATE : 2 * RATE] = 0
    place = write(tmp_path / "a.wav", loud) + "#t=1,2"
    for ask in (read_waveform, measure):
        with pytest.raises(AudioError, match="#t=1,2: it is silent"):
            ask(place)


def test_a_damaged_file_is_noticed_in_the_part(tmp_path):
    path = write(tmp_path / "a.flac")
    content = bytearray((tmp_path / "a.flac").read_bytes())
    content[len(content) // 2] ^= 255  # at 2 s
    (tmp_path / "a.flac").write_bytes(content)
    assert len(read_waveform(f"{path}#t=0,1")[0]) == RATE
    with pytest.raises(AudioError):
        read_waveform(f"{path}#t=1.5,2.5")


def test_a_file_that_is_named_like_a_part(tmp_path):
    place = str(tmp_path / "a.wav#t=1,2")
    write(place, format="WAV")
    assert len(read_waveform(place)[0]) == len(NOISE)
    assert len(read_waveform(f"{place}#t=1,2")[0]) == RATE
    write(tmp_path / "a.wav")
    with pytest.raises(AudioError, match="it may be this file, or a part of"):
        read_waveform(place)
