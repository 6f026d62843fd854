"""Labelling by Ray: processes on one machine or many hold the model each.

Nothing is told to the makers of Ray: its statistics of use are off.
"""

import logging
import os
from contextlib import contextmanager

from speechbrain_zsfuse.errors import explain_imports
from speechbrain_zsfuse.inference.labelling.clips import Clip
from speechbrain_zsfuse.inference.labelling.folder import label_part
from speechbrain_zsfuse.inference.labelling.models import ModelChoice
from speechbrain_zsfuse.inference.labelling.plan import Plan
from speechbrain_zsfuse.inference.labelling.rows import (
    Layout,
    answer_rows,
    error_text,
)
from speechbrain_zsfuse.inference.labelling.shards import make_table
from speechbrain_zsfuse.inference.labelling.stream import label_clips


def label_dataset(
    dataset, model, column="path", batch_size=16, workers=1, **resources
):
    """Add what a model says to a dataset of Ray, for object stores.

    Arguments
    ---------
    dataset : ray.data.Dataset
        ``ray.data.read_binary_files("s3://bucket/folder", include_paths=True)``
        for instance, whose column is ``bytes``.
    model : str or ModelChoice
        As for ``zsfuse predict``.
    column : str
        Of paths that all machines can read, or of the content of files.
    batch_size : int
        Clips that the model hears at a time.
    workers : int
        Processes, each with the model.
    **resources
        Of each, for Ray: ``num_gpus=1``.

    Returns
    -------
    ray.data.Dataset
        With the columns ``duration``, ``prediction``, ``probability_<label>``,
        ``zero_shot_<label>`` if there are such scores, ``warnings``, and
        ``error``: why a clip could not be used, or empty. Content of files is
        left out. Nothing is done before it is written or read.
    """
    ray = load_ray()
    choice = ModelChoice(model) if isinstance(model, str) else model
    return dataset.map_batches(
        _RowWorker,
        fn_constructor_args=(choice, column, batch_size, os.getcwd()),
        batch_format="pyarrow",
        batch_size=16 * batch_size,
        compute=ray.data.ActorPoolStrategy(size=workers),
        **resources,
    )


def label_on_ray(plan, choice, address, batch_size=16, tell=None):
    """Label what is left of a plan on all processors of a cluster.

    Arguments
    ---------
    plan : Plan
        In a folder that all machines see.
    choice : ModelChoice
    address : str
        Of a cluster, ``auto``, or ``local``: this machine alone.
    batch_size : int
    tell : callable, optional
        Called with the number of clips of each part that is done.

    Returns
    -------
    int
        Clips that could not be used, of all parts.
    """
    ray = load_ray()
    parts = [n for n in range(plan.parts) if not plan.is_done(n)]
    if not parts:
        return plan.count_bad()
    with _connected(ray, address):
        there = ray.cluster_resources()
        gpus = int(there.get("GPU", 0))
        workers = min(gpus or int(there["CPU"]), len(parts))
        items = [{"part": number} for number in parts]
        done = ray.data.from_items(items, override_num_blocks=len(parts))
        folder = str(plan.folder.resolve())
        done = done.map_batches(
            _PartWorker,
            fn_constructor_args=(choice, folder, batch_size, os.getcwd()),
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(size=workers),
            num_gpus=1 if gpus else 0,
        )
        for row in done.iter_rows():
            if tell:
                tell(plan.size(row["part"]))
    return plan.count_bad()


def load_ray():
    """The module, told to send no statistics; an ImportError that names the
    extra if it is not installed.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # asked when it starts
    with explain_imports("ray"):
        import ray
        import ray.data
    return ray


@contextmanager
def _connected(ray, address):
    """A cluster to work on; one that was there is left as it is."""
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    if ray.is_initialized():
        yield
        return
    quiet = {"logging_level": "ERROR", "log_to_driver": False}
    if address == "local":
        ray.init(include_dashboard=False, **quiet)
    else:
        ray.init(address, **quiet)
    try:
        yield
    finally:
        ray.shutdown()


class _PartWorker:
    """A process that does parts of a plan, one after the other."""

    def __init__(self, choice, folder, batch_size, home):
        os.chdir(home)  # paths may be relative
        self.labeller, self.plan = choice.load(), Plan(folder)
        self.batch_size = batch_size

    def __call__(self, batch):
        for number in map(int, batch["part"]):
            label_part(self.plan, number, self.labeller, self.batch_size, True)
        return batch


class _RowWorker:
    """A process that adds columns to rows."""

    def __init__(self, choice, column, batch_size, home):
        os.chdir(home)
        self.labeller, self.column = choice.load(), column
        self.batch_size = batch_size
        self.layout = Layout(
            *(self.labeller.labels, self.labeller.zero_shot, ()),
            *(choice.window is not None, choice.per_prompt),
        )

    def __call__(self, table):
        if self.column not in table.column_names:
            raise ValueError(
                f"Expected a column {self.column!r} of paths or of the content "
                f"of files, but got {', '.join(table.column_names)}. Name it: "
                "column=…"
            )
        values = table[self.column].to_pylist()
        clips = [Clip(str(n), value, ()) for n, value in enumerate(values)]
        places, rows = [], []
        for clip, answer in label_clips(self.labeller, clips, self.batch_size):
            found = self._rows(clip, answer)
            places += [int(clip.id)] * len(found)
            rows += found
        known = ("id", "path")
        names = [n for n in self.layout.columns if n not in known] + ["error"]
        said = make_table(names, rows)
        content = [self.column] if isinstance(values[0], bytes) else []
        kept = table.take(places).drop_columns(
            [n for n in table.column_names if n in (*names, *content)]
        )
        for name in names:
            kept = kept.append_column(name, said[name])
        return kept

    def _rows(self, clip, answer):
        if isinstance(answer, Exception):
            return [{"error": error_text(answer)}]
        return answer_rows(self.layout, clip, answer)
