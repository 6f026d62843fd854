"""BIIC-Podcast: MSP-Podcast's files under names of its own, one test set."""

import pandas
import pytest
import ruamel.yaml
from msp_podcast_corpus import read
from msp_podcast_prepare import prepare_msp_podcast
from msp_podcast_synthetic import make_msp_podcast
from places import ROOT

from speechbrain_zsfuse.corpora import read_certificate
from speechbrain_zsfuse.experiment.configuration.composition import compose

HPARAMS = ROOT / "recipes" / "MSP-Podcast" / "hparams"


def rename(corpus):
    """Names of BIIC-Podcast, three numbers of them, in place."""
    for path in (corpus / "Audios").iterdir():
        path.rename(path.with_name(biic(path.name)))
    for path in (corpus / "Labels").iterdir():
        path.write_text(biic(path.read_text()).replace("Test2", "Test1"))
    for path in corpus.glob("*.txt"):
        path.write_text(biic(path.read_text()).replace("Test2", "Test1"))
    for path in [*corpus.rglob("*.csv"), *corpus.glob("*.txt")]:
        path.write_text(path.read_text().replace("Test1", "Test"))
    for path in corpus.rglob("*.json"):
        path.unlink()
    return corpus


def biic(text):
    return text.replace("MSP-PODCAST_", "BIIC-PODCAST_1000_")


@pytest.fixture
def biic_podcast(tmp_path):
    corpus = tmp_path / "BIIC-Podcast"
    return rename(make_msp_podcast(corpus, seed=1, progress=False))


def test_it_is_read_as_msp_podcast_is(msp_podcast, biic_podcast, tmp_path):
    wanted = read(prepare_msp_podcast(msp_podcast, tmp_path / "wanted"))
    found = read(
        prepare_msp_podcast(
            biic_podcast, tmp_path / "found", corpus="BIIC-Podcast"
        )
    )
    wanted.index = wanted.index.map(biic)
    assert {*found.index} == {*wanted.index}
    columns = ["emotion", "speaker", "gender", "votes", "other_votes", "split"]
    pandas.testing.assert_frame_equal(
        found.loc[wanted.index, columns], wanted[columns]
    )
    assert {*found["session"]} == {"1000"}
    assert {*found["part"]} == {"", "Test"}
    certificate = read_certificate(tmp_path / "found")
    assert certificate["corpus"] == "BIIC-Podcast"
    assert certificate["release"] == "" and certificate["mismatch"] == []
    assert not [n for n in certificate["notes"] if "1.11" in n]


def test_its_yaml_is_msp_podcasts_with_another_name():
    def values(name):
        return ruamel.yaml.YAML().load(compose(HPARAMS / f"{name}.yaml"))

    content, msp = values("biic_podcast"), values("msp_podcast")
    assert content["labels"] == msp["labels"]
    assert content["preparation"]["corpus"] == "BIIC-Podcast"
    assert content["preparation"].keys() - {"corpus"} == {*msp["preparation"]}
    assert content["results_folder"] == "results/BIIC-Podcast"
