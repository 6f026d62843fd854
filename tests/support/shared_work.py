"""What processes of a group do in the tests of scoring: see ``group.py``."""

import itertools
import time
from types import SimpleNamespace

import numpy as np
import soundfile

from speechbrain_zsfuse.audio.reading import AudioError
from speechbrain_zsfuse.lobes import CLAP
from speechbrain_zsfuse.processes import rank_and_size, together
from speechbrain_zsfuse.zeroshot import rounds, source
from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
from speechbrain_zsfuse.zeroshot.scores import score_manifests
from speechbrain_zsfuse.zeroshot.store import AnswerKey, AnswerStore

LABELS = ["sad", "angry"]


def fail_on(failing):
    """A step of which one process fails."""
    rank, _ = rank_and_size()

    def step():
        if rank == failing:
            raise AudioError("a.wav", "it is empty")
        return rank

    return together(step)


def square(folder, count, slow=None, bad=None):
    """Squares of ``range(count)``, two at a time: asked here, all of them.

    A slow process has time for one batch a round. A bad number fails.
    """
    rank, _ = rank_and_size()
    clock = itertools.count(step=3600 if rank == slow else 0)
    rounds.time = SimpleNamespace(monotonic=clock.__next__)
    bars, asked = [], []

    class Bar(rounds.tqdm):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            if not self.disable:
                bars.append(self)

    def ask(numbers):
        if bad in numbers:
            raise AudioError(f"{bad}.wav", "it is empty")
        asked.extend(numbers)
        return [number**2 for number in numbers]

    rounds.tqdm = Bar
    todo = {AnswerKey("squares", str(n), ""): n for n in range(count)}
    found = rounds.fill_store(AnswerStore(folder), todo, ask, batch_size=2)
    shown = [[bar.initial, bar.n, bar.total] for bar in bars]
    return {"asked": asked, "found": list(found.values()), "bars": shown}


def make_clips(folder, count):
    """Noise of different lengths, and a manifest of it."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    rows = ["ID,duration,wav,emotion,speaker"]
    for index in range(count):
        wav = 0.1 * rng.standard_normal(8000 + rng.integers(8000))
        soundfile.write(folder / f"{index}.wav", wav, 16000)
        seconds = len(wav) / 16000
        rows.append(f"c{index},{seconds},$data_root/{index}.wav,sad,01")
    (folder / "test.csv").write_text("\n".join(rows))


def score(clips, clap, folder, limits=()):
    """Write scores of clips; which ones this process listened to.

    Where its rank has a limit, it stands still after so many, to be killed.
    """
    encode_files, heard = source.encode_files, []
    limit = dict(enumerate(limits)).get(rank_and_size()[0])

    def listen(alm, paths, repeats):
        if len(heard) == limit:
            time.sleep(3600)
        heard.extend(paths)
        return encode_files(alm, paths, repeats)

    source.encode_files = listen
    scorer = ZeroShotScorer(CLAP(clap), LABELS)
    cosines = source.DualEncoderSource(scorer, folder, "cpu", batch_size=2)
    manifests = {"test": clips / "test.csv"}
    score_manifests(cosines, manifests, clips, folder / "scores.csv")
    return heard


def write_answers(folder, name, count):
    """Many small transactions, with a look at them in between."""
    store = AnswerStore(folder)
    for number in range(count):
        keys = [AnswerKey(name, str(number), str(n)) for n in range(3)]
        store.keep(dict.fromkeys(keys, [name, number]))
        if len(store.recall(keys)) < 3:
            raise SystemExit(1)
