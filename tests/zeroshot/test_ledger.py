"""The contamination ledger: its data, its lookups, its errors, its words."""

import json
import re
from itertools import chain

import pytest
import yaml
from places import PACKAGE, ROOT

from speechbrain_zsfuse.evaluation.marks import MARKS, SURE, footnote, mark
from speechbrain_zsfuse.zeroshot.ledger.contamination import (
    Contamination,
    contamination,
)
from speechbrain_zsfuse.zeroshot.ledger.entries import (
    Collection,
    Ledger,
    Model,
    Statement,
    read_ledger,
)
from speechbrain_zsfuse.zeroshot.ledger.licences import combine_licences
from speechbrain_zsfuse.zeroshot.ledger.models import find_model

KNOWN = read_ledger()


def said(*corpora, sure="authors", **more):
    """A statement on corpora."""
    more = {"sure": sure} | more
    return Statement(corpora=[*corpora], source="a paper", **more)


def model(*statements, complete=True, **more):
    """An entry of a model, all of whose training data are published."""
    more = {"source": "a page", "complete": complete} | more
    return Model(trained_on=list(statements), **more)


BODIES = {
    "Box": Collection(source="a list", contains=["A", "Inner"]),
    "Inner": Collection(source="a list", contains=["B"]),
    "Radio": Collection(source="a list", may_contain=["A"], note="broadcasts"),
    "Web": Collection(source="a list", may_contain="anything"),
    "Books": Collection(source="a list"),
}


def ask(corpus, *statements, release=None, others=(), **more):
    """What a ledger of one model, and perhaps of others, says."""
    models = {"mine": model(*statements, sources=["own/mine"], **more)}
    ledger = Ledger(
        corpora=["A", "B", "C"],
        collections=BODIES,
        models=models | dict(others),
    )
    return contamination("own/mine", corpus, release, ledger)


# ------------------------------------------------------------- the data file
def test_every_statement_of_the_file_has_a_source_one_can_open():
    sources = [one.source for one in KNOWN.collections.values()]
    for entry in KNOWN.models.values():
        sources += [entry.source, *(each.source for each in entry.trained_on)]
    for source in sources:
        assert re.match(r"https://[\w.-]+\.\w+(/\S*)?( \(.+\))?$", source)


def test_the_file_names_corpora_as_certificates_do():
    named = {
        name
        for path in (ROOT / "recipes").rglob("*_prepare.py")
        for name in re.findall(
            r'(?:corpus=|CORPUS = )"([A-Z].+?)"', path.read_text()
        )
    }
    assert {"RAVDESS", "IEMOCAP", "MSP-Podcast"} <= named
    named |= {
        yaml.safe_load(path.read_text(encoding="utf-8"))["name"]
        for path in (PACKAGE / "corpora" / "metadata").glob("*.yaml")
    }
    assert "EmoDB" in named
    assert named <= {*KNOWN.corpora}


def test_a_model_is_in_the_file_once_and_no_corpus_is_a_collection():
    for field in ("sources", "files"):
        names = [
            name.casefold()
            for entry in KNOWN.models.values()
            for name in getattr(entry, field)
        ]
        assert len(names) == len({*names}), field
    # but for other labels of its own recordings
    for name in {*KNOWN.corpora} & {*KNOWN.collections}:
        parts = KNOWN.collections[name].contains
        assert parts and all(part.startswith(f"{name} (") for part in parts)


def test_every_model_that_a_yaml_of_ours_fetches_is_in_the_file():
    protocol = ROOT / "speechbrain_zsfuse" / "experiment" / "protocol"
    texts = [path.read_text() for path in protocol.glob("*.yaml")]
    named = chain(*(re.findall(r"_source: ([\w-]+/\S+)", t) for t in texts))
    named = {*named}
    assert {"yfyeung/CLSP", "microsoft/wavlm-large"} <= named
    for source in named:
        assert find_model(source, KNOWN).name, source


def test_only_a_list_can_be_complete():
    for name, entry in KNOWN.models.items():
        assert entry.trained_on or not entry.complete, name


# --------------------------------------------------------- what is documented
@pytest.mark.parametrize(
    "source, corpus, status, part, sure",
    [
        ("microsoft/wavlm-large", "IEMOCAP", "clean", None, "authors"),
        ("microsoft/wavlm-base-plus", "RAVDESS", "clean", None, "authors"),
        # GigaSpeech is gathered from podcasts, too.
        ("microsoft/wavlm-large", "MSP-Podcast", "unknown", None, None),
        ("microsoft/wavlm-base", "MSP-Podcast", "clean", None, "authors"),
        ("facebook/hubert-large-ll60k", "MELD", "clean", None, "authors"),
        ("openai/whisper-large-v3", "RAVDESS", "unknown", None, None),
        ("KeiKinn/paraclap", "RAVDESS", "clean", None, "authors"),
        (
            *("KeiKinn/paraclap", "MSP-Podcast", "seen"),
            *("training part", "authors"),
        ),
        ("laion/clap-htsat-unfused", "RAVDESS", "unknown", None, None),
        ("yfyeung/CLSP", "IEMOCAP", "unknown", None, None),
        (
            *("emotion2vec/emotion2vec_base", "IEMOCAP", "seen"),
            *(None, "third parties"),
        ),
        (
            *("emotion2vec/emotion2vec_base", "RAVDESS", "clean"),
            *(None, "third parties"),
        ),
        ("iic/emotion2vec_plus_large", "RAVDESS", "seen", None, "list"),
        ("iic/emotion2vec_plus_large", "IEMOCAP", "seen", None, "list"),
        ("nvidia/audio-flamingo-3-hf", "IEMOCAP", "seen", None, "authors"),
        # Which part was asked; what is not known to be left out counts.
        ("nvidia/audio-flamingo-3", "MELD", "seen", None, "authors"),
        # Of some collections, its card does not say where they are from.
        ("nvidia/audio-flamingo-2", "TESS", "seen", None, "authors"),
        ("nvidia/audio-flamingo-2", "IEMOCAP", "unknown", None, None),
        (
            *("3loi/SER-Odyssey-Baseline-WavLM-Categorical", "MSP-Podcast"),
            *("seen", "training part", "authors"),
        ),
        ("superb/hubert-large-superb-er", "IEMOCAP", "seen", None, "authors"),
        ("superb/hubert-large-superb-er", "RAVDESS", "clean", None, "authors"),
        ("Qwen/Qwen2-Audio-7B-Instruct", "IEMOCAP", "unknown", None, None),
        ("tsinghua-ee/SALMONN", "IEMOCAP", "seen", None, "list"),
        ("ASLP-lab/C2SER-LLM", "IEMOCAP", "seen", None, "authors"),
        ("ASLP-lab/C2SER-LLM", "RAVDESS", "unknown", None, None),
    ],
)
def test_what_the_file_says(source, corpus, status, part, sure):
    found = contamination(source, corpus)
    assert (found.status, found.part, found.sure) == (status, part, sure)
    assert found.source and found.corpus == corpus


# ------------------------------------------------------------------- the kinds
def test_seen_is_what_a_source_says():
    found = ask("A", said("A", part="its first half", note="unlabelled"))
    assert found == Contamination(
        *("seen", "A", "mine", "its first half", "authors"),
        *("a paper", "unlabelled"),
    )


def test_clean_is_only_what_a_complete_list_leaves_out():
    found = ask("C", said("A", "Books", sure="list"))
    assert (found.status, found.sure) == ("clean", "list")
    assert found.note == "trained on A, Books alone"
    found = ask("C", said("A", "Books"), complete=False)
    assert found.status == "unknown"
    assert found.note == "not all training data are named"


@pytest.mark.parametrize("corpus", ["A", "B"])
def test_a_corpus_within_a_collection_was_seen_by_inference(corpus):
    found = ask(corpus, said("Box"))
    assert (found.status, found.sure) == ("seen", "list")
    assert found.note == f"Box contains {corpus}"
    assert ask("C", said("Box")).status == "clean"
    reported = ask(corpus, said("Box", sure="third parties"))
    assert reported.sure == "third parties"


def test_of_a_collection_the_parts_that_were_heard_are_seen():
    found = ask("Box", said("B"))
    assert (found.status, found.part, found.sure) == (
        *("seen", "its B"),
        "authors",
    )


def test_what_may_be_within_a_collection_is_unknown():
    found = ask("A", said("Radio"), note="but who knows")
    assert found.status == "unknown"
    assert found.note == "Radio may contain it (broadcasts); but who knows"
    assert ask("B", said("Radio")).status == "clean"
    # What may contain a part of it may contain it in part.
    assert ask("Box", said("Radio")).status == "unknown"
    for corpus in "ABC":
        assert ask(corpus, said("Web")).status == "unknown"
    assert ask("A", said("A"), said("Web")).status == "seen"


def test_a_model_has_heard_what_the_one_it_begins_with_has():
    before = {"before": model(said("A"), starts_from=["first"])}
    before["first"] = model(said("B"))
    found = ask("A", said("Books"), starts_from=["before"], others=before)
    assert (found.status, found.note) == ("seen", "it begins with before")
    found = ask("B", said("Books"), starts_from=["before"], others=before)
    assert (found.status, found.note) == ("seen", "it begins with first")
    found = ask("C", said("Books"), starts_from=["before"], others=before)
    assert found.status == "clean"
    assert found.note == "trained on Books, A, B alone"
    before["first"] = model(complete=False, note="of the web")
    found = ask("C", said("Books"), starts_from=["before"], others=before)
    assert found.status == "unknown"
    assert found.note == "it begins with first: of the web"


def test_all_of_a_corpus_goes_before_a_part_and_the_surest_source_first():
    half, rumour = said("A", part="half"), said("A", sure="third parties")
    assert ask("A", half, rumour).part is None
    assert ask("A", rumour, said("A", sure="list")).sure == "list"


def test_another_release_is_noted():
    statement = said("A", release="1.7")
    assert ask("A", statement, release="1.7").note is None
    assert ask("A", statement, release="2.0").note == "said of release 1.7"
    assert ask("A", statement).note == "said of release 1.7"


def test_what_has_no_entry_is_unknown():
    found = ask("D", said("Books"))
    assert found.status == "unknown" and "names the corpus" in found.note
    found = contamination("someone/else", "RAVDESS")
    assert found.status == "unknown" and "names the model" in found.note
    assert (
        contamination({"class": "Coin", "source": None}, "MELD").model is None
    )


# ----------------------------------------------------------- which model it is
@pytest.mark.parametrize(
    "facts, name",
    [
        ("yfyeung/CLSP", "CLSP"),
        ("yfyeung/clsp", "CLSP"),
        ("CLSP", "CLSP"),
        ({"source": "CLSP"}, None),  # a folder of that name
        (
            "/downloads/music_speech_epoch_15_esc_89.25.pt",
            "LAION-CLAP music and speech",
        ),
        ({"class": "a.lobes.ParaCLAP", "source": "x/best.pth.tar"}, "ParaCLAP"),
        ({"class": "a.lobes.CLAP", "source": "x/best.pth.tar"}, None),
        ("x/best.pth.tar", None),  # many a file has this name
        ({"class": "a.SSLEncoder", "source": "microsoft/wavlm-large"}, "WavLM "
         "Base+ and Large"),
        ("results/best.pt", None),
        ("", None),
        (None, None),
    ],
)  # fmt: skip
def test_a_model_is_found_by_hub_id_file_or_class(facts, name):
    assert find_model(facts, KNOWN).name == name


def test_a_file_whose_name_anybody_may_give_is_never_clean(tmp_path):
    """ParaCLAP's own training writes best.pth.tar, whatever it hears."""
    (tmp_path / "best.pth.tar").touch()
    for source in (tmp_path, tmp_path / "best.pth.tar"):
        mine = {"class": "a.lobes.ParaCLAP", "source": str(source)}
        assert contamination(mine, "MSP-Podcast").status == "seen"
        found = contamination(mine, "RAVDESS")
        assert (found.status, found.model) == ("unknown", "ParaCLAP")
        assert found.note.startswith("it is ParaCLAP, or began with it: ")
    assert contamination("KeiKinn/paraclap", "RAVDESS").status == "clean"


def test_a_folder_of_converted_weights_is_the_file_it_was(tmp_path):
    record = {"checkpoint": {"file": "630k-best.pt"}}
    (tmp_path / "conversion.json").write_text(json.dumps(record))
    found = find_model(tmp_path, KNOWN)
    assert found == ("LAION-CLAP 630k", True)
    record = {"checkpoint": {"file": "mine.pt"}}
    (tmp_path / "conversion.json").write_text(json.dumps(record))
    assert find_model(tmp_path, KNOWN).name is None


def test_a_folder_with_a_file_of_one_model_is_that_model(tmp_path):
    (tmp_path / "630k-best.pt").touch()
    (tmp_path / "README.md").touch()
    assert find_model(tmp_path, KNOWN).name == "LAION-CLAP 630k"
    (tmp_path / "630k-fusion-best.pt").touch()
    assert find_model(tmp_path, KNOWN).name == "LAION-CLAP 630k"
    (tmp_path / "630k-audioset-best.pt").touch()
    assert find_model(tmp_path, KNOWN).name is None


def test_a_snapshot_of_the_hub_is_what_the_hub_has():
    cache = "/home/me/.cache/huggingface/hub/models--{}/snapshots/" + "a" * 40
    for name in ("microsoft--wavlm-large", "microsoft--wavlm-base-plus"):
        found = find_model(cache.format(name), KNOWN)
        assert found == ("WavLM Base+ and Large", True)
    assert find_model(cache.format("my--own"), KNOWN).name is None
    mine = cache.format("microsoft--wavlm-large") + "/fine-tuned"
    assert find_model(mine, KNOWN).name is None


def test_what_began_with_a_model_has_heard_its_corpora_and_who_knows(tmp_path):
    for begun, corpus, status in (
        ("emotion2vec/emotion2vec_base", "IEMOCAP", "seen"),
        ("microsoft/wavlm-large", "IEMOCAP", "unknown"),
        ("someone/else", "IEMOCAP", "unknown"),
    ):
        config = json.dumps({"_name_or_path": begun})
        (tmp_path / "config.json").write_text(config)
        found = contamination(tmp_path, corpus)
        assert found.status == status
        if begun == "microsoft/wavlm-large":
            assert "what it was trained on since" in found.note


def test_a_damaged_folder_is_named(tmp_path):
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ValueError, match="config.json', but got something"):
        find_model(tmp_path, KNOWN)


# ------------------------------------------------------------- a file of one's
def write(folder, text):
    path = folder / "my_ledger.yaml"
    path.write_text(text)
    return path


def test_ones_own_file_goes_on_top(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = write(
        tmp_path,
        "corpora: [Mine]\n"
        "models:\n"
        "  my CLAP:\n"
        "    sources: [results/clap]\n"
        "    source: our lab book\n"
        "    complete: true\n"
        "    trained_on:\n"
        "      - {corpora: [Mine], source: our lab book, sure: authors}\n"
        "  CLSP:\n"
        "    sources: [yfyeung/CLSP]\n"
        "    source: a letter\n",
    )
    ledger = read_ledger(path)
    for source in ("results/clap", "results/clap/", tmp_path / "results/clap"):
        assert contamination(source, "Mine", ledger=ledger).status == "seen"
        assert contamination(source, "MELD", ledger=ledger).status == "clean"
    assert ledger.models["CLSP"].source == "a letter"
    assert ledger.models["ParaCLAP"] == KNOWN.models["ParaCLAP"]
    assert "Mine" not in read_ledger().corpora
    assert read_ledger(write(tmp_path, "# nothing yet\n")) == KNOWN


@pytest.mark.parametrize(
    "text, message",
    [
        ("models: {M: {}}", "`models.M.source` in .*, but it is not there"),
        ("modles: {}", "Expected no `modles` in .*known.yaml .* shows them"),
        (
            "models: {M: {source: s, complet: true}}",
            "no `models.M.complet` in .*: the ledger has no such field",
        ),
        (
            "models: {M: {source: s, complete: maybe}}",
            "`models.M.complete` in .* a valid boolean, but got 'maybe'",
        ),
        (
            "models: {M: {source: ' '}}",
            "`models.M.source` in .* be text that is not empty, but got ' '",
        ),
        (
            "models: {M: {source: s, trained_on: [{corpora: [MELD], source: s, "
            "sure: perhaps}]}}",
            r"`models.M.trained_on.0.sure` in .* 'authors', 'list' or 'third "
            "parties', but got 'perhaps'",
        ),
        (
            "models: {M: {source: s, trained_on: [{corpora: [], source: s, "
            "sure: list}]}}",
            r"`models.M.trained_on.0.corpora` in .*, but got \[\]",
        ),
        (
            "models: {M: {source: s, trained_on: [{corpora: [IEMOCAPP], "
            "source: s, sure: list}]}}",
            "`models.M.trained_on` of .* no 'IEMOCAPP'. Did you mean IEMOCAP?",
        ),
        (
            "models: {M: {source: s, starts_from: [Wisper]}}",
            "`models.M.starts_from` of .* no 'Wisper'. Did you mean Whisper?",
        ),
        (
            "collections: {C: {source: s, contains: [Nothing]}}",
            "`collections.C` of .* no 'Nothing'",
        ),
        (
            "collections: {C: {source: s, may_contain: [Nothing]}}",
            "`collections.C` of .* no 'Nothing'",
        ),
        (
            "models: {M: {source: s, starts_from: [M]}}",
            "`starts_from` in .* goes in a circle: M, M. Correct one",
        ),
        (
            "collections: {C: {source: s, contains: [D]}, "
            "D: {source: s, contains: [C]}}",
            "`contains` in .* goes in a circle: ",
        ),
        (
            "models: {M: {source: s, complete: true}}",
            "`trained_on` or `starts_from` in `models.M` of .* got neither",
        ),
        ("- a list", "`the whole` in .* a valid dictionary"),
        ("models: {", "Expected YAML in .*my_ledger.yaml, but line 1 is none"),
    ],
)
def test_a_file_that_is_wrong_is_named_with_its_entry(tmp_path, text, message):
    path = write(tmp_path, text)
    with pytest.raises(ValueError, match=message) as error:
        read_ledger(path)
    assert str(path) in str(error.value)


def test_what_ones_own_file_says_of_a_source_goes_before(tmp_path):
    path = write(
        tmp_path,
        "models: {Mine: {source: s, sources: [KeiKinn/paraclap], files: "
        "[best.pth.tar], lobe: ParaCLAP}}",
    )
    ledger = read_ledger(path)
    mine = {"class": "a.lobes.ParaCLAP", "source": "x/best.pth.tar"}
    for source in ("KeiKinn/paraclap", mine):
        assert find_model(source, ledger).name == "Mine"
    assert find_model("yfyeung/CLSP", ledger).name == "CLSP"


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="ledger in .*none.yaml, but "):
        read_ledger(tmp_path / "none.yaml")
    with pytest.raises(OSError, match="Expected to read .*, but"):
        read_ledger(tmp_path)


# ----------------------------------------------------------------- the wording
def test_only_what_is_clean_is_called_zero_shot_without_more():
    assert {*MARKS} == {"clean", "seen", "unknown"}
    assert mark(ask("C", said("A"))) == "zero-shot"
    seen = mark(ask("A", said("A", part="its first half")))
    assert seen == "not zero-shot: seen in training (its first half)"
    assert mark(ask("A", said("A"))) == "not zero-shot: seen in training"
    unknown = "zero-shot? (training data unknown)"
    assert mark(ask("C", said("Web"))) == unknown
    assert mark(None) == unknown


def test_a_mark_names_what_labels_of_the_corpus_decided():
    clean, seen = ask("C", said("A")), ask("A", said("A"))
    source = {"weights": None, "chosen": None}
    assert mark(clean, source) == mark(clean, {}) == mark(clean)
    source["chosen"] = {"on": "valid"}
    assert mark(clean, source) == (
        "zero-shot, but for repeats chosen on validation"
    )
    source["weights"] = [0.5, 0.5]
    assert mark(clean, source) == (
        "zero-shot, but for learned weights of prompts and repeats chosen on "
        "validation"
    )
    assert mark(seen, source) == mark(seen)


def test_a_mark_is_the_same_from_run_json():
    found = ask("A", said("A", part="half"))
    stored = json.loads(json.dumps(vars(found)))
    assert mark(stored) == mark(found)
    assert footnote(stored) == footnote(found)


def test_a_footnote_says_why_and_who_says_so():
    assert footnote(ask("C", said("A"))) == (
        "C is not in the training data of mine: trained on A alone; stated by "
        "the authors (a paper)."
    )
    part = said("A", sure="third parties", part="half", note="unlabelled")
    assert footnote(ask("A", part)) == (
        "A (half) is in the training data of mine: unlabelled; reported by "
        "third parties (a paper)."
    )
    assert footnote(ask("A", said("Web"))) == (
        "Whether A is in the training data of mine is unknown: Web may contain "
        "it (a page)."
    )
    assert footnote(contamination("someone/else", "MELD")) == (
        "Whether MELD is in the training data of this model is unknown: no "
        "entry of the ledger names the model."
    )
    assert {*SURE} == {"authors", "list", "third parties"}


# ---------------------------------------------------------------- licences
def test_licences_are_of_what_the_ledger_knows_and_have_sources():
    assert {"RAVDESS", "IEMOCAP", "MSP-Podcast"} <= {*KNOWN.licences}
    for name, licence in KNOWN.licences.items():
        assert re.fullmatch(r"[a-z0-9.-]+", licence.id), name
        assert licence.source.startswith("https://"), name
    assert KNOWN.licences["ReCLAP"].id == "none"


def test_a_licence_of_nothing_known_is_named(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("licences: {RAVDES: {id: mit, source: me}}")
    with pytest.raises(ValueError, match="no 'RAVDES'. Did you mean RAVDESS"):
        read_ledger(path)


@pytest.mark.parametrize(
    "ids, together",
    [
        (["apache-2.0", "apache-2.0"], "apache-2.0"),
        (["apache-2.0", "cc-by-nc-sa-4.0"], "cc-by-nc-sa-4.0"),
        (["cc0-1.0", "mit"], "mit"),
        (["cc0-1.0"], "cc0-1.0"),
        (["mit", "apache-2.0"], None),  # both ask for something
        (["cc-by-sa-3.0", "cc-by-nc-sa-4.0"], None),  # each wants itself
        (["apache-2.0", "cc-by-nc-nd-4.0"], None),  # no derivatives
        (["apache-2.0", "other"], None),
        (["none"], None),
        (["unclear", "cc-by-nc-sa-4.0"], None),
    ],
)
def test_a_licence_is_proposed_only_where_it_can_be_told(ids, together):
    assert combine_licences(ids) == together
