"""References lead to a value; what does not is told with its key."""

import pytest

from speechbrain_zsfuse.experiment.configuration.references import (
    check_references,
    part,
    resolve,
)
from speechbrain_zsfuse.experiment.configuration.trees import read_yaml


@pytest.mark.parametrize(
    "text, message",
    [
        ("lr: !ref <lr>", "go round: from lr to lr. Give"),
        (
            "a: !ref <b>/1\nb: !ref <c>\nc: !ref <a>",
            "from . to . to . to .. Give",
        ),
        ("a: {b: !ref <a>}", "go round: from a.b to a.b"),
        ("a: [!copy <a>]", "go round: from a.0 to a.0"),
        (
            "rate: !ref <lrr>\nlr: 1",
            "rate of m.yaml .* no 'lrr'. Did you mean lr",
        ),
        ("a: {b: 1}\nc: !ref <a[d]>", r"c of m.yaml .* no 'a\[d\]'"),
        ("a: 1\nc: !ref <a[d]>", r"no 'a\[d\]'"),
        ("c: !ref <>", "c of m.yaml .* no ''"),
        ("a: x<y>z\nc: !ref <a>/1", "a without <y>.*where c refers"),
        (
            "a: !ref <b>\nb: !ref <c>\nc: 1",
            "got b, which stands below.*b above a",
        ),
    ],
)
def test_a_reference_that_leads_nowhere(text, message):
    with pytest.raises(ValueError, match=f"Expected .*{message}"):
        check_references(read_yaml(text), "m.yaml")


def test_what_hyperpyyaml_resolves_is_left_to_it():
    text = """
    a: !ref <b>/<c[d]>
    b: 1
    c: {d: !ref <b>, e: !copy <b>}
    f: !ref <c>
    g: !ref <f>
    h: !ref <b> + 2
    i: !apply:torch.nn.GELU [!ref <a>]
    j: !ref <i.weight>
    k: plain <z>
    """
    check_references(read_yaml(text), "m.yaml")
    found = resolve(text)
    assert found["a"] == 1.0 and found["h"] == 3 and found["g"]["e"] == 1


@pytest.mark.parametrize(
    "text, message",
    [
        ("a: 0\nb: !ref 1 / <a>", "worked out.*ZeroDivisionError"),
        ("a: !include:no.yaml", "worked out.*FileNotFoundError.*no.yaml"),
        ("a: !applyref:no.such []", "worked out.*no.such"),
        ("a: {b: !PLACEHOLDER }", "value of a.b, which.* open. Add --a=…"),
    ],
)
def test_what_cannot_be_worked_out_is_told(text, message):
    with pytest.raises(ValueError, match=f"Expected .*{message}"):
        resolve(text)


WHOLE = """\
shared: &rate 16000
source: here
encoder: !new:collections.Counter
    source: !ref <source>
unused: !ref <encoder>
deep: {list: [1, !ref <encoder.size> * 2]}
alm: !new:collections.Counter
    a: !ref <deep[list]>
    b: *rate
"""


@pytest.mark.parametrize(
    "keys, kept",
    [
        (["source"], ["source"]),
        (["encoder", "no_such_key"], ["source", "encoder"]),
        (["alm"], ["source", "encoder", "deep", "alm"]),
        ([], []),
    ],
)
def test_a_part_has_what_it_refers_to_and_no_more(keys, kept):
    tree = read_yaml(part(WHOLE, keys))
    assert list(tree) == kept
    if "alm" in kept:
        assert tree["alm"]["b"] == 16000
        assert tree["alm"].tag.value == "!new:collections.Counter"
        assert tree["alm"]["a"].value == "<deep[list]>"
