"""A little recipe whose train.py does as it is told, at once, and a grid."""

import json
import sys
from pathlib import Path

import studied

from speechbrain_zsfuse.experiment.grid.description import read_grid
from speechbrain_zsfuse.experiment.grid.plan import plan_grid

# What is planned says where a run is; what is wished says how each of its
# starts ends: "finish", "fail", "stop" (metrics, but status 1), "kill", "wait"
# (for the file "go"), "meet" (the other runs that meet), "spoil" (its record).
SCRIPT = """
import json, os, sys, time
from pathlib import Path
from speechbrain_zsfuse.experiment.lock import lock_run
here = Path(__file__).parent
name, signature = json.loads((here / "plan.json").read_text())[
    " ".join(sys.argv[1:])
]
folder = here.parent / "results" / name
lock_run(folder)
with open(here / "starts", "a") as file:
    file.write(f"{name} {os.environ.get('CUDA_VISIBLE_DEVICES')}\\n")
starts = [line.split()[0] for line in (here / "starts").read_text().split("\\n")
          if line]
wishes = json.loads((here / "wishes.json").read_text())
ends = next((ends for part, ends in wishes.items() if part in name), ["finish"])
end = ends[min(starts.count(name), len(ends)) - 1]
print("Epoch 1 of 1:", end, flush=True)
def wait_for(found):
    late = time.monotonic() + 300  # only a failing test waits for so long
    while not found():
        if time.monotonic() > late:
            raise SystemExit("Waited for too long.")
        time.sleep(0.02)
if end == "wait":
    wait_for((here / "go").exists)
if end == "meet":
    wait_for(lambda: len((here / "starts").read_text().split("\\n")) > 2)
if end == "kill":
    os.kill(os.getpid(), 9)
if end == "fail":
    raise SystemExit("Expected a microphone, but it is broken.")
for epoch in (1, 2):
    (folder / "save" / f"CKPT+{epoch}").mkdir(parents=True, exist_ok=True)
(folder / "metrics.json").write_text("{}")
facts = {"signature": signature, "finished": end != "stop"}
(folder / "run.json").write_text("{" if end == "spoil" else json.dumps(facts))
if end == "stop":
    raise SystemExit("Expected room on the disk, but there is none.")
"""
FOLDER = "output_folder: !ref <results_folder>/<experiment>"
SLOW, FAST = "little_slow_none/fold1/1", "little_fast_none/fold1/1"


class Scene:
    """A folder with a recipe, a corpus and a grid.

    Its runs are slow or fast, with ear or none, of fold 1 or 2, of seed 1.
    """

    def __init__(self, place):
        self.place, self.recipe = place, place / "Little"
        studied.make_recipe(self.recipe)
        yaml = self.recipe / "hparams" / "little.yaml"
        text = yaml.read_text()
        yaml.write_text(text.replace(FOLDER, f"{FOLDER}/fold<fold>"))
        for name, rate in (("slow", 0.1), ("fast", 0.2)):
            path = self.recipe / "hparams" / f"{name}.yaml"
            path.write_text(f"lr: {rate}\n")
        (self.recipe / "train.py").write_text(SCRIPT)
        studied.make_corpus(place / "corpus")
        self.wish()
        self.write()

    def write(self, **changes):
        """The grid's YAML; None leaves a key out."""
        values = {
            "recipe": "Little",
            "encoders": ["slow", "fast"],
            "alms": ["none", "ear"],
            "folds": [1, 2],
            "seeds": [1],
            "options": {
                "data_folder": str(self.place / "corpus"),
                "results_folder": str(self.place / "results"),
                "device": "cpu",
            },
        } | changes
        values = {k: v for k, v in values.items() if v is not None}
        self.yaml = self.place / "grid.yaml"
        self.yaml.write_text(json.dumps(values))

    def plan(self, *words):
        """Its runs; their train.py hears of it."""
        grid = read_grid(self.yaml)
        runs = plan_grid(grid, words, self.place)
        plan = {
            " ".join(one.run.arguments): (one.name, one.run.signature)
            for one in runs
        }
        (self.recipe / "plan.json").write_text(json.dumps(plan))
        return runs

    def wish(self, **ends):
        """Part of a run's name to how its starts end, the last for all
        others."""
        (self.recipe / "wishes.json").write_text(json.dumps(ends))

    def starts(self):
        """Names of runs in the order in which they were started."""
        return [line.split()[0] for line in self._lines()]

    def gpus(self):
        """The GPUs that each could see."""
        return [line.split()[1] for line in self._lines()]

    def go(self):
        """Let go what waits."""
        (self.recipe / "go").touch()

    def record(self):
        """What grid.json holds."""
        return json.loads((self.place / "results/grid.json").read_text())

    def states(self):
        """Name of each run to its state."""
        return {run["folder"]: run["state"] for run in self.record()["runs"]}

    def _lines(self):
        path = self.recipe / "starts"
        return path.read_text().splitlines() if path.exists() else []


def forget_recipe(monkeypatch):
    """Let each test import the preparation of its own little recipe."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "little_prepare", raising=False)


def four_runs(place, monkeypatch):
    """A grid without an audio-language model: slow or fast, of fold 1 or 2."""
    forget_recipe(monkeypatch)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    scene = Scene(place)
    scene.write(alms=["none"])
    scene.plan()
    return scene


def command(scene, *words):
    """The command line of its grid."""
    program = [sys.executable, "-m", "speechbrain_zsfuse.cli", "grid"]
    return [*program, str(scene.yaml), *words]


SUPPORT = Path(__file__).parent
