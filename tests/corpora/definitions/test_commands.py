"""What ``zsfuse corpora`` shows."""

import subprocess
import sys

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.corpora.definitions.definition import list_definitions


def test_the_list_has_every_corpus(capsys):
    assert main(["corpora"]) == 0
    header, _, *lines = capsys.readouterr().out.splitlines()
    assert header.startswith("| corpus ")
    assert [line.split()[1] for line in lines] == list_definitions()


def test_one_in_words(capsys):
    assert main(["corpora", "enterface"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert told.startswith("eNTERFACE'05 (enterface): Martin et al.")
    assert "needs: its sound extracted from avi (zsfuse extract)" in told
    assert "beware: the text gives the emotion away: each emotion has" in told
    assert "release complete: 1,287 clips, 43 speakers: angry 215" in told
    assert "left out: a recording of five sentences that is not cut" in told


def test_one_that_is_not_there(capsys):
    assert main(["corpora", "emodbb"]) == 2
    assert "Did you mean emodb?" in capsys.readouterr().err


def test_it_loads_no_torch():
    code = (
        "import sys; from speechbrain_zsfuse.corpora.definitions.telling "
        "import tell_list; tell_list(); print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert done.stdout.strip() == "False", done.stderr
