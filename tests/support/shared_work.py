"""What processes of a group do in the tests of scoring: see ``group.py``."""

import itertools
import json
import logging
import os
import signal
import threading
import time
from types import SimpleNamespace

import numpy as np
import soundfile
import torch
from fake_alm import FakeALM

from speechbrain_zsfuse.audio.opening import AudioError
from speechbrain_zsfuse.experiment import group
from speechbrain_zsfuse.processes import rank_and_size, together
from speechbrain_zsfuse.zeroshot import rounds, source
from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
from speechbrain_zsfuse.zeroshot.scores import score_manifests
from speechbrain_zsfuse.zeroshot.store import AnswerKey, AnswerStore

LABELS = ["sad", "angry"]


def attempt(function, *arguments):
    """What it returns, or the text of its error."""
    try:
        return function(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def step_together():
    """Ranks, then what becomes of an error on the last process."""
    rank, world = rank_and_size()

    def fail():
        if rank == world - 1:
            raise AudioError("a.wav", "it is empty")

    return together(lambda: rank), attempt(together, fail)


def wait_for_a_stopped_one(log, seconds):
    """The second process stops itself; the first waits for it."""
    logging.basicConfig(filename=log, force=True)
    group.watch_peers(seconds)
    if rank_and_size()[0] == 1:
        os.kill(os.getpid(), signal.SIGSTOP)
    torch.distributed.barrier()


class Looks(threading.Event):
    """In the place of the end of a watch: its looks take no time, but each
    waits for that of the others, however late a busy machine makes them.
    """

    def __init__(self):
        super().__init__()
        self.count, self.many = 0, threading.Event()

    def wait(self, timeout=None):
        """Until the others look, or the watch ends; whether it does."""
        self.count += 1
        rank, world = rank_and_size()
        store = torch.distributed.distributed_c10d._get_default_store()
        store.set(f"look {self.count} of {rank}", "")
        looks = [f"look {self.count} of {other}" for other in range(world)]
        while not self.is_set() and not store.check(looks):
            time.sleep(0.001)
        if self.count > 3 * group._LOOKS:
            self.many.set()
        return self.is_set()


def work_long():
    """The first process is busy for longer than the others would wait."""
    group._over = looks = Looks()
    group.watch_peers(1)
    # Were it never reached, the test would fail, and not wait for ever.
    reached = rank_and_size()[0] != 0 or looks.many.wait(120)
    torch.distributed.barrier()
    group.leave_group()
    return reached


def square_together(folder):
    """Squares by two processes, under several circumstances."""
    cases = {
        "fresh": (folder / "plain", None, None),
        "again": (folder / "plain", None, None),
        "one is slow": (folder / "slow", 1, None),
        "some are known": (folder / "known", None, None),
        "one is bad": (folder / "bad", None, 13),
        "mended": (folder / "bad", None, None),
    }
    return {name: attempt(square, *case) for name, case in cases.items()}


def square(folder, slow=None, bad=None):
    """Squares of 0 to 19, two at a time: asked here, found, and the bar.

    A slow process has time for one batch a round. A bad number fails.
    """
    rank, _ = rank_and_size()
    clock = itertools.count(step=3600 if rank == slow else 0)
    rounds.time = SimpleNamespace(monotonic=clock.__next__)
    rounds.show_bar = Bar
    asked, todo = [], {key_of(number): number for number in range(20)}

    def ask(numbers):
        if bad in numbers:
            raise AudioError(f"{bad}.wav", "it is empty")
        asked.extend(numbers)
        return [number**2 for number in numbers]

    found = rounds.fill_store(AnswerStore(folder), todo, ask, batch_size=2)
    return {"asked": asked, "found": list(found.values()), "bar": Bar.last}


def key_of(number):
    """Where the square of a number is stored."""
    return AnswerKey("squares", str(number), "")


class Bar:
    """In the place of a real one: where the last one stood."""

    last = None

    def __init__(self, total, initial, wanted, **options):
        Bar.last = [initial, initial, total, not wanted]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def update(self, count):
        """As that of tqdm."""
        Bar.last[1] += count


class Listener(FakeALM):
    """Hears its batch mates a little, as any model does in the last bits."""

    def _audio_tower(self, wavs, sizes, repeats):
        batch = torch.cat(wavs).abs().mean()
        return super()._audio_tower(wavs, sizes, repeats) + batch


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


def score(clips, folder, limits=()):
    """Write scores of clips, two at a time; how many were heard here.

    Where its rank has a limit, it stands still after so many, to be killed.
    """
    limit = dict(enumerate(limits)).get(rank_and_size()[0])
    alm, heard = Listener(), []
    encode_audio = alm.encode_audio

    def listen(clips, repeats):
        if len(heard) == limit:
            time.sleep(3600)
        heard.extend(clips)
        return encode_audio(clips, repeats=repeats)

    alm.encode_audio = listen
    cosines = source.DualEncoderSource(
        ZeroShotScorer(alm, LABELS), folder, "cpu", batch_size=2, progress=False
    )
    manifests = {"test": clips / "test.csv"}
    score_manifests(cosines, manifests, clips, folder / "scores.csv")
    return len(heard)


def learn(clips, folder):
    """Write scores of clips to validate with; the weights learned here."""
    scorer = ZeroShotScorer(Listener(), LABELS, ensemble="learned")
    cosines = source.DualEncoderSource(
        scorer, folder, "cpu", batch_size=2, progress=False
    )
    manifests = {"valid": clips / "valid.csv"}
    score_manifests(cosines, manifests, clips, folder / "scores.csv")
    return scorer.weights


def score_beside(clips, folder, shared, rank):
    """One of two runs that share a store and begin at the same time.

    Neither goes on with its first batch before the other has begun one.
    Leaves in its folder how many clips it heard.
    """
    heard, encode_audio = [], Listener.encode_audio

    def listen(self, clips, repeats):
        (shared / f"begun{rank}").touch()
        end = time.monotonic() + 100  # only a failing test waits for so long
        while not (shared / f"begun{1 - rank}").exists():
            if time.monotonic() > end:
                raise SystemExit(1)
            time.sleep(0.001)
        heard.extend(clips)
        return encode_audio(self, clips, repeats=repeats)

    Listener.encode_audio = listen
    cosines = source.DualEncoderSource(
        ZeroShotScorer(Listener(), LABELS), shared, "cpu", 2, progress=False
    )
    manifests = {"test": clips / "test.csv"}
    score_manifests(cosines, manifests, clips, folder / "scores.csv")
    (folder / "heard.json").write_text(json.dumps(len(heard)))
