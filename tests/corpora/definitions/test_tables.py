"""Definitions that need a table: made-up corpora of a few clips."""

import json

import pytest

from speechbrain_zsfuse.corpora.definitions.applying import read_defined
from speechbrain_zsfuse.corpora.definitions.definition import find_definition


def make(folder, files):
    """Write files; sounds hold their own names."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text or name, encoding="utf-8")
    return folder


def read(folder, key):
    """A reading, and its clips by the names of their files."""
    reading = read_defined(folder, key)
    clips = reading.clips.fillna("")
    names = clips["wav"].str.extract(r"([^/]+)\.\w+$", expand=False)
    return reading, clips.set_index(names).to_dict("index")


# ------------------------------------------------------------------- joined
NEMO = {
    "samples/WR0_surprised_64.wav": "",
    "samples/KD0_neutral_2.wav": "",
    "samples/MK0_anger_8.wav": "",
    "data.tsv": "file_id\temotion\traw_text\tspeaker_id\tgender\tage\n"
    "WR0_surprised_64.wav\tsurprised\tTak?\t        WR0\tmale\t30\n"
    'KD0_neutral_2.wav\tneutral\t"To" nie.\t        KD0\t  female \t28\n',
}


def test_a_table_that_adds_to_names(tmp_path):
    reading, clips = read(make(tmp_path, NEMO), "nemo")
    assert clips["WR0_surprised_64"]["gender"] == "male"
    assert clips["KD0_neutral_2"]["age"] == "28"
    assert clips["MK0_anger_8"]["gender"] == ""
    assert reading.notes == [
        "data.tsv says nothing of 1 clips: samples/MK0_anger_8.wav",
        "the gender of 1 clips is unknown",
    ]
    assert reading.sources == [tmp_path / "data.tsv"]


def test_such_a_table_may_be_missing(tmp_path):
    files = {name: text for name, text in NEMO.items() if name != "data.tsv"}
    reading = read_defined(make(tmp_path, files), "nemo")
    assert reading.notes == ["there is no data.tsv: what it tells is unknown"]
    assert len(reading.clips) == 3 and not reading.problems


def test_such_a_table_that_cannot_be_used_is_a_problem(tmp_path):
    make(tmp_path, NEMO | {"data.tsv": "file_id\tgender\nWR0.wav\tmale\n"})
    [problem] = read_defined(tmp_path, "nemo").problems
    assert "Expected the columns age, file_id, gender, raw_text in " in problem
    assert "but row 1 has no age, raw_text. It has file_id, gender" in problem


def test_rows_that_do_not_fit_their_header_are_told(tmp_path):
    head, *rows = NEMO["data.tsv"].splitlines()
    longer = "\n".join([head, *(f"{row}\t1" for row in rows)])
    make(tmp_path, NEMO | {"data.tsv": longer})
    [problem] = read_defined(tmp_path, "nemo").problems
    assert "its rows have more fields than its header. Restore" in problem
    shorter = "\n".join([head, rows[0].removesuffix("\tmale\t30"), rows[1]])
    make(tmp_path, NEMO | {"data.tsv": shorter})
    reading, clips = read(tmp_path, "nemo")
    assert clips["WR0_surprised_64"]["gender"] == ""
    assert clips["WR0_surprised_64"]["age"] == ""


# ------------------------------------------------------- labels by the table
EMNS = {
    "cleaned_webm/recorded_audio_RF6.flac": "",
    "cleaned_webm/recorded_audio_0Yx.flac": "",
    "raw_webm/recorded_audio_0Yx.flac": "",
    "metadata.csv": "id|utterance|emotion|level|gender|audio_recording\n"
    "1|Hello, you|Surprised|3|f|wavs/recorded_audio_RF6.wav\n"
    "2|A|Sarcastic|5|f|wavs/recorded_audio_0Yx.wav\n"
    "3|B|Angry|5|f|wavs/recorded_audio_zzz.wav\n",
}


def test_a_table_that_tells_the_label(tmp_path):
    reading, clips = read(make(tmp_path, EMNS), "emns")
    assert clips["recorded_audio_RF6"]["emotion"] == "surprised"
    assert clips["recorded_audio_RF6"]["transcript"] == "Hello, you"
    assert clips["recorded_audio_0Yx"]["emotion"] == "sarcastic"
    assert reading.dropped == {
        "the same recording before it was cleaned": [
            "raw_webm/recorded_audio_0Yx.flac"
        ]
    }


def test_a_row_that_stands_there_twice_is_one_clip(tmp_path):
    text = EMNS["metadata.csv"]
    make(tmp_path, EMNS | {"metadata.csv": text + text.splitlines()[1] + "\n"})
    reading = read_defined(tmp_path, "emns")
    assert len(reading.clips) == 2 and not reading.problems


def test_a_clip_that_the_table_does_not_know_is_a_problem(tmp_path):
    make(tmp_path, EMNS | {"cleaned_webm/recorded_audio_new.flac": ""})
    reading = read_defined(tmp_path, "emns")
    path = "cleaned_webm/recorded_audio_new.flac"
    assert reading.problems == [f"{path}: no row in metadata.csv"]
    assert path in reading.dropped["what is said of it cannot be used"]


def test_a_label_that_nobody_knows_is_a_problem(tmp_path):
    text = EMNS["metadata.csv"].replace("Sarcastic", "Ironic")
    make(tmp_path, EMNS | {"metadata.csv": text})
    [problem] = read_defined(tmp_path, "emns").problems
    assert "recorded_audio_0Yx.flac: its emotion is 'Ironic', which" in problem


def test_a_table_that_says_two_things_is_a_problem(tmp_path):
    text = EMNS["metadata.csv"]
    text += "4|A|Sad|5|f|wavs/recorded_audio_0Yx.wav\n"
    make(tmp_path, EMNS | {"metadata.csv": text})
    [problem] = read_defined(tmp_path, "emns").problems
    assert problem.endswith("0Yx.flac: the table says two things of it")


def test_without_the_table_of_labels_there_is_no_corpus(tmp_path):
    files = {n: t for n, t in EMNS.items() if n != "metadata.csv"}
    make(tmp_path, files)
    with pytest.raises(FileNotFoundError, match="Expected metadata.csv in .*"):
        read_defined(tmp_path, "emns")
    (tmp_path / "metadata.csv").write_text('id|"open\n1|2|3\n')
    with pytest.raises(ValueError, match="Expected a table in .*Restore the"):
        read_defined(tmp_path, "emns")


def test_labels_of_other_files_are_refused(tmp_path):
    text = EMNS["metadata.csv"].replace("recorded_audio", "audio")
    make(tmp_path, EMNS | {"metadata.csv": text})
    with pytest.raises(ValueError, match="no sound file has one") as error:
        read_defined(tmp_path, "emns")
    assert "0Yx.flac: no row in metadata.csv" in str(error.value)


def test_sound_within_films_must_be_extracted_first(tmp_path):
    films = {n.replace(".flac", ".webm"): t for n, t in EMNS.items()}
    make(tmp_path, films)
    with pytest.raises(FileNotFoundError) as error:
        read_defined(tmp_path, "emns")
    assert str(error.value) == (
        "Expected sound that can be read, but EMNS comes as WEBM: "
        "cleaned_webm/recorded_audio_0Yx.webm, "
        "cleaned_webm/recorded_audio_RF6.webm, "
        "raw_webm/recorded_audio_0Yx.webm. Extract it first: zsfuse extract "
        f"{tmp_path} --out FOLDER --corpus emns, and give that folder."
    )


def test_parts_whose_dialogues_are_numbered_anew(tmp_path):
    head = "Sr No.,Utterance,Speaker,Emotion,Dialogue_ID,Utterance_ID\n"
    files = {
        "train/train_splits/dia0_utt0.flac": "",
        "train/train_splits/dia125_utt3.flac": "",
        "dev_splits_complete/dia0_utt0.flac": "",
        "output_repeated_splits_test/dia0_utt0.flac": "",
        "output_repeated_splits_test/final_videos_testdia0_utt0.flac": "",
        "train/train_sent_emo.csv": head + '1,"So, no.",Joey,neutral,0,0\n',
        "dev_sent_emo.csv": head + "1,Oh!,All,surprise,0,0\n",
        "test_sent_emo.csv": head + "1,Yes,Ross Geller,joy,0,0\n",
    }
    reading = read_defined(make(tmp_path, files), "meld")
    clips = reading.clips.set_index("split").to_dict("index")
    assert [clips[part]["speaker"] for part in ("train", "valid", "test")] == [
        "Joey",
        "All",
        "Ross Geller",
    ]
    assert clips["test"]["emotion"] == "happy"
    assert clips["train"]["session"] == "train 0"
    assert sum(map(len, reading.dropped.values())) == 2
    assert not reading.problems


def test_segments_of_long_files(tmp_path):
    files = {
        "pavoque-angry.flac": "",
        "pavoque-poker.flac": "",
        "pavoque-sad.flac": "",
        "pavoque-angry.yaml": "- prompt: spike0001\n  text: Ich bin Spike.\n"
        "  style: angry\n  start: 0.0\n  end: 2.34\n  segments:\n"
        "  - {lab: I, end: 0.47}\n"
        "- {text: Ach ja?, style: angry, start: 2.34, end: 5.94}\n",
        "pavoque-poker.yaml": "- {text: no, style: poker, start: 0, end: 1}\n",
    }
    reading = read_defined(make(tmp_path, files), "pavoque")
    assert {*reading.clips["speaker"]} == {"roettig"}
    columns = ["wav", "start", "end", "emotion", "text"]
    assert reading.clips[columns].values.tolist() == [
        ["pavoque-angry.flac", "0.0", "2.34", "angry", "Ich bin Spike."],
        ["pavoque-angry.flac", "2.34", "5.94", "angry", "Ach ja?"],
        ["pavoque-poker.flac", "0", "1", "poker", "no"],
    ]
    assert reading.problems == ["pavoque-sad.flac: no row in pavoque-*.yaml"]


# -------------------------------------------------------------------- votes
CREMAD = {
    **{
        f"AudioWAV/1001_DFA_{emotion}_XX.wav": ""
        for emotion in ("ANG", "DIS", "FEA", "HAP", "NEU", "SAD")
    },
    "VideoDemographics.csv": "ActorID,Age,Sex\n1001,51,Male\n1002,21,Female\n",
    # rows from 200001 heard no voice; blanks and quotes as in the original
    "processedResults/tabulatedVotes.csv": '"","A","D","F","H","N","S",'
    '"fileName"\n'
    '"100001",6,2,0,0,1,0,"1001_DFA_ANG_XX"\n'
    '"100002",0,3,0,0,4,0,"1001_DFA_DIS_XX"\n'
    '"100003",1,0,1,0,0,0,"1001_DFA_FEA_XX"\n'
    '"100004",0,0,0,8,0,0,"1001_DFA_HAP_XX"\n'
    '"200001",0,9,0,0,0,0,"1001_DFA_ANG_XX"\n'
    '"300001",0,9,0,0,0,0,"1001_DFA_ANG_XX"\n',
}


def test_votes_of_those_who_heard_the_voice(tmp_path):
    reading, clips = read(make(tmp_path, CREMAD), "cremad")
    assert {name[9:12]: clip["votes"] for name, clip in clips.items()} == {
        "ANG": '{"angry": 6, "disgusted": 2, "neutral": 1}',
        "DIS": '{"disgusted": 3, "neutral": 4}',
        "FEA": '{"angry": 1, "fearful": 1}',
        "HAP": '{"happy": 8}',
        "NEU": "{}",
        "SAD": "{}",
    }
    assert clips["1001_DFA_DIS_XX"]["emotion"] == "disgusted"
    assert clips["1001_DFA_DIS_XX"]["gender"] == "male"
    assert "2 clips have no votes" in reading.notes
    assert reading.about["label_source"] == "expressed"


def test_what_was_heard_is_another_data_set_of_the_same_people(tmp_path):
    reading, clips = read(make(tmp_path, CREMAD), "cremad_perceived")
    assert {name[9:12]: clip["emotion"] for name, clip in clips.items()} == {
        "ANG": "angry",
        "DIS": "neutral",
        "HAP": "happy",
    }
    assert reading.dropped == {
        "no emotion has the most votes": ["AudioWAV/1001_DFA_FEA_XX.wav"],
        "no votes": [
            "AudioWAV/1001_DFA_NEU_XX.wav",
            "AudioWAV/1001_DFA_SAD_XX.wav",
        ],
    }
    assert (reading.corpus, reading.name) == ("cremad", "CREMA-D (perceived)")
    assert reading.about["label"] == "majority"
    assert reading.about["label_source"] == "perceived"
    (tmp_path / "processedResults" / "tabulatedVotes.csv").unlink()
    with pytest.raises(FileNotFoundError, match="tabulatedVotes.csv"):
        read_defined(tmp_path, "cremad_perceived")


def test_answers_one_a_row_count_once_a_rater(tmp_path):
    files = {
        "audio/1613655062436.wav": "",
        "metadata/samples.csv": "file_name,sentence,actor,emotion_expressed\n"
        "1613655062436.wav,Ciao,ab12,joy\n",
        "metadata/users.csv": "username,gender,age\nab12,f,30\n",
        "metadata/evaluations.csv": "file_name,evaluator,emotion_recognized\n"
        "1613655062436.wav,u1,joy\n1613655062436.wav,u1,anger\n"
        "1613655062436.wav,u2,joy\n1613655062436.wav,u3,surprise\n"
        "1613655062436.wav,u4,boh\n1613655062437.wav,u4,joy\n",
    }
    reading, clips = read(make(tmp_path, files), "emozionalmente")
    [clip] = clips.values()
    assert json.loads(clip["votes"]) == {"happy": 2, "other": 1, "surprised": 1}
    assert (clip["emotion"], clip["speaker"]) == ("happy", "ab12")
    assert clip["gender"] == "female"
    assert reading.notes == [
        "1 answers are a rater's second of one clip",
        "1 answers are none of the words of Emozionalmente and count as other: "
        "'boh'",
    ]


def test_answers_one_file_a_clip(tmp_path):
    name = "G00009_42_14_024"
    answers = [{"person": 1, "emotion": "sad"}, {"emotion": "surprise"}]
    said = {"file_name": f"G00009/{name}.wav", "emotion_result": "sad"}
    files = {
        f"Audio/wav/G00009/{name}.wav": "",
        f"Audio/json/G00009/{name}.json": json.dumps(said | {"data": answers}),
        f"Text/json/G00009/{name}.json": json.dumps(said | {"data": []}),
        "audio.csv": f"file_name,emotion\nG00009/{name}.wav,sad\n",
        "mm.csv": f"file_name,emotion\nG00009/{name}.mp4,angry\n",
    }
    reading, clips = read(make(tmp_path, files), "emotiontalk")
    assert clips[name]["emotion"] == "sad"
    assert clips[name]["votes"] == '{"sad": 1, "surprised": 1}'
    assert (clips[name]["speaker"], clips[name]["session"]) == ("14", "G00009")
    assert not reading.problems


def test_a_count_that_is_none_is_told_with_its_file(tmp_path):
    place = "processedResults/tabulatedVotes.csv"
    make(tmp_path, CREMAD | {place: CREMAD[place].replace(",8,", ",eight,")})
    with pytest.raises(ValueError) as error:
        read_defined(tmp_path, "cremad")
    assert str(error.value) == (
        "Expected a number of votes in the column H of "
        "processedResults/tabulatedVotes.csv, but 1001_DFA_HAP_XX has 'eight'. "
        "Restore the file."
    )


@pytest.mark.parametrize("key", ["cremad", "emozionalmente", "emotiontalk"])
def test_votes_are_for_the_labels(key):
    definition = find_definition(key)
    votes = definition.votes
    heard = {*votes.counts.values(), *votes.words.values()}
    assert heard == {*definition.emotion.values()}
