"""A folder of labels as processes fill it, and how they die."""

import io
import json
import os
import signal
import time

from labelling import ByName

from speechbrain_zsfuse.inference.labelling import shards
from speechbrain_zsfuse.inference.labelling.clips import Clip
from speechbrain_zsfuse.inference.labelling.folder import label_folder
from speechbrain_zsfuse.inference.labelling.plan import make_plan
from speechbrain_zsfuse.inference.labelling.rows import Layout
from speechbrain_zsfuse.inference.labelling.spool import write_spool

# Parts of four; one bad clip in each of the first two.
NAMES = ["a", "bad1", "b", "c", "d", "odd1", "e", "f", "g", "h", "i"]


def plan_for(folder, names=NAMES, labeller=None, **changed):
    labeller = labeller or ByName()
    file = io.BytesIO()
    clips = [Clip(name, f"{name}.wav", []) for name in names]
    spooled = write_spool(file, clips, step=4)
    layout = Layout(labeller.labels, True, ())
    settings = {"model": labeller.identity, "layout": layout._asdict()}
    return make_plan(folder, file, spooled, 4, settings | changed)


def die_at(folder, moment):
    """Label until a moment of the second part, and be killed there."""
    write = shards.write_bytes

    def kill():
        os.kill(os.getpid(), signal.SIGKILL)

    def dying_write(path, content):
        mine = path.name == "part-00001.parquet"
        bad = path.parent.name == "_bad"
        if mine and moment == ("bad table" if bad else "table"):
            aside = path.with_name(f".{path.name}.{os.getpid()}")
            aside.parent.mkdir(exist_ok=True)
            aside.write_bytes(content[: len(content) // 2])
            kill()
        write(path, content)
        if mine and moment == "renamed" and not bad:
            kill()

    class Dying(ByName):
        def predict_sounds(self, sounds):
            if moment == "model" and sounds[0].path == "d.wav":
                kill()
            return super().predict_sounds(sounds)

    shards.write_bytes = dying_write
    label_folder(plan_for(folder), Dying(), batch_size=1)


def share(folder, out, rank, pause):
    labeller = ByName(pause=pause)
    label_folder(plan_for(folder), labeller, 1, rank, world=3)
    out.write_text(json.dumps(labeller.read_paths))


def hang(folder, sign):
    """Begin the first part, say so by a file, and never end it."""

    class Hanging(ByName):
        def predict_sounds(self, sounds):
            sign.touch()
            time.sleep(600)

    label_folder(plan_for(folder), Hanging())
