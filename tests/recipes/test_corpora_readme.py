"""The table of corpora in the README is what the definitions say."""

import re

from places import ROOT

from speechbrain_zsfuse.corpora.definitions.telling import tell_list

README = ROOT / "recipes" / "Corpora" / "README.md"


def test_the_table_of_corpora_is_that_of_the_command():
    text = README.read_text(encoding="utf-8")
    found = re.search(
        r"<!-- zsfuse corpora -->\n\n(.*?)\n\n<!-- end -->", text, re.S
    )
    assert found[1] == tell_list(), "put in what `zsfuse corpora` prints"


def test_files_and_sections_that_are_named_exist():
    text = README.read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!http|#)([^)#]+)", text):
        assert (README.parent / link).exists(), link
