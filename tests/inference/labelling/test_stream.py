"""Many clips through one model."""

from labelling import ByName

from speechbrain_zsfuse.inference.labelling.clips import Clip
from speechbrain_zsfuse.inference.labelling.stream import label_clips


def clips(*names):
    return [Clip(name, f"{name}.wav", []) for name in names]


def test_answers_come_in_the_order_of_clips_whatever_the_batches():
    names = ["a" * (i % 7 + 1) + str(i) for i in range(50)]
    alone = ByName()
    wanted = [alone.answer(alone.read(f"{name}.wav")) for name in names]
    for batch_size, ahead in ((1, 1), (4, 10), (16, 1024), (100, 7)):
        found = [*label_clips(ByName(), clips(*names), batch_size, ahead)]
        assert [clip.id for clip, _ in found] == names
        assert [answer for _, answer in found] == wanted


def test_batches_hold_clips_of_like_lengths(tmp_path):
    lengths = [1, 20, 2, 21, 3, 22]
    paths = [tmp_path / ("a" * length + ".wav") for length in lengths]
    for path in paths:
        path.write_bytes(b"." * len(path.name))
    labeller = ByName()
    todo = [Clip("", str(path), []) for path in paths]
    assert len([*label_clips(labeller, todo, batch_size=3)]) == 6
    assert [len(batch) for batch in labeller.batches] == [3, 3]
    assert max(labeller.batches[0]) == 1 < min(labeller.batches[1])


def test_parts_of_a_file_are_as_long_as_they_say():
    spans = ["0,9", "5,6", "9,19", "1.5,3"]
    todo = [Clip(span, f"talk.flac#t={span}", []) for span in spans]
    heard, labeller = [], ByName()
    predict = labeller.predict_sounds

    def note(sounds):
        heard.append({sound.path.partition("=")[2] for sound in sounds})
        return predict(sounds)

    labeller.predict_sounds = note
    found = [*label_clips(labeller, todo, batch_size=2)]
    assert [clip.id for clip, _ in found] == spans
    assert heard == [{"5,6", "1.5,3"}, {"0,9", "9,19"}]


def test_no_more_is_read_than_the_next_batches():
    """Of any number of clips, a few lie in memory."""
    labeller, taken = ByName(), []

    def endless():
        while True:
            taken.append(len(taken))
            yield Clip("a", "a.wav", [])

    answers = label_clips(labeller, endless(), batch_size=2, ahead=8)
    for _ in range(20):
        next(answers)
    assert len(taken) == len(labeller.read_paths) == 24


def test_a_bad_clip_is_an_answer_and_the_others_go_on():
    names = ["a", "bad", "b", "odd", "c"]
    found = dict(label_clips_by_name(names, batch_size=5))
    assert str(found["bad"]).startswith("Cannot use bad.wav: it is silent.")
    assert str(found["odd"]) == "Cannot hear odd.wav."
    for name in "abc":
        assert found[name].name == f"{name}.wav"


def label_clips_by_name(names, **options):
    for clip, answer in label_clips(ByName(), clips(*names), **options):
        yield clip.id, answer


def test_an_error_of_the_program_is_no_bad_clip():
    class Broken(ByName):
        def predict_sounds(self, sounds):
            raise RuntimeError("out of memory")

    try:
        [*label_clips(Broken(), clips("a"))]
    except RuntimeError as error:
        assert "out of memory" in str(error)
    else:
        raise AssertionError("an error was taken for an answer")
