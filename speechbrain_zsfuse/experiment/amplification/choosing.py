"""The choice itself: every combination is scored on the validation split, and
the best there is taken. Test labels are read afterwards, for the report alone.
"""

import logging
from functools import cached_property
from itertools import product
from pathlib import Path

from speechbrain_zsfuse.corpora.manifests import read_manifest
from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.evaluation.amplification.cells import (
    Cell,
    choose_cell,
    find_same,
)
from speechbrain_zsfuse.evaluation.amplification.report import (
    REPORT,
    TABLE,
    Scored,
    describe_choice,
    read_choice,
    tabulate_cells,
)
from speechbrain_zsfuse.evaluation.metrics.corpora import among_own
from speechbrain_zsfuse.experiment.amplification.options import (
    Amplification,
    candidates,
)
from speechbrain_zsfuse.experiment.amplification.trials import (
    read_trials,
    try_cells,
)
from speechbrain_zsfuse.experiment.resuming.inputs import known_inputs
from speechbrain_zsfuse.files import write_json, write_text
from speechbrain_zsfuse.processes import on_main
from speechbrain_zsfuse.zeroshot.amplification import sweep
from speechbrain_zsfuse.zeroshot.source import DualEncoderSource

logger = logging.getLogger(__name__)


class ChosenSource(DualEncoderSource):
    """A dual encoder at the repeats that validation chose, and says so.

    Arguments
    ---------
    source : DualEncoderSource
    cell : Cell
        What was chosen.
    chosen : dict
        How: JSON values for its description.

    Example
    -------
    See ``RepeatsChoice``.
    """

    learns = False  # all combinations have the weights of the original

    def __init__(self, source, cell, chosen):
        super().__init__(
            source.scorer.amplified(*cell),
            source.store.path.parent,
            source.device,
            source.batch_size,
            source.progress,
        )
        self.chosen = chosen

    def describe(self):
        """See ``ScoreSource.describe``; ``chosen`` says how repeats were."""
        return super().describe() | {"chosen": self.chosen}


class RepeatsChoice:
    """Chooses repeats on validation, then reports what that was worth.

    Every process of a run calls it alike.

    Arguments
    ---------
    source : DualEncoderSource
        Its own repeats do not count.
    hparams : dict
        With ``zero_shot``, ``amplification``, ``labels``, ``data_folder`` and
        ``output_folder``; to try short runs, with ``recipe``, the path of
        ``train.py``.
    manifests : dict
        Split to manifest path; ``valid`` and ``test`` are among them.
    run_opts : RunOptions
        For short runs.

    Example
    -------
    >>> import numpy, soundfile
    >>> from speechbrain_zsfuse.lobes import CLAP
    >>> from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
    >>> folder = Path(getfixture("tmpdir"))
    >>> header, rows = "ID,duration,wav,emotion,speaker", []
    >>> for name, emotion in (("a", "sad"), ("b", "angry")):
    ...     wave = numpy.sin(numpy.arange(8000) / len(rows or "ab"))
    ...     soundfile.write(folder / f"{name}.wav", wave, 16000)
    ...     rows.append(f"{name},0.5,$data_root/{name}.wav,{emotion},1")
    >>> manifest = folder / "valid.csv"
    >>> _ = manifest.write_text("\\n".join([header, *rows]))
    >>> labels = ["sad", "angry"]
    >>> scorer = ZeroShotScorer(CLAP(getfixture("tiny_clap")), labels)
    >>> hparams = {"zero_shot": {"text_repeats": "auto"}, "labels": labels}
    >>> hparams |= {"data_folder": folder, "output_folder": folder}
    >>> choice = RepeatsChoice(
    ...     DualEncoderSource(scorer, folder, "cpu", progress=False),
    ...     hparams,
    ...     {"valid": manifest, "test": manifest},
    ...     {"device": "cpu"},
    ... )
    >>> choice.source().describe()["chosen"]["text_repeats"]
    [1, 2, 3, 4]
    """

    def __init__(self, source, hparams, manifests, run_opts):
        self.original, self.hparams = source, hparams
        self.manifests, self.run_opts = manifests, run_opts
        options = hparams.get("amplification", {})
        self.options = Amplification(**options)
        self.values = candidates(hparams["zero_shot"], options)
        self.cells = [Cell(*pair) for pair in product(*self.values)]
        self.folder = Path(hparams["output_folder"])
        self.fused = None  # cell to UAR of a short run
        # A run goes on with what its training began with.
        self.begun = on_main(known_inputs, self.folder, "scores") or {}

    def source(self):
        """The source at the repeats that were chosen."""
        return ChosenSource(self.original, self.cell, self._describe())

    def report(self):
        """Write ``amplification.json`` and ``.csv``: here, and nowhere before,
        the labels of the test split are read; not of a run without a test."""
        if not self.hparams.get("evaluate_test", True):
            return
        if self.begun and on_main(self._is_reported):
            return
        cell, valid, test = self.cell, self.valid, self._score("test")
        labels = self.hparams["labels"]
        report = describe_choice(cell, valid, test, labels)
        table = tabulate_cells(
            valid.uars(labels), test.uars(labels), self.same, self._tried()
        )
        on_main(self._write, self._describe() | report, table)

    @cached_property
    def valid(self):
        """The validation split, scored."""
        return self._score("valid")

    @cached_property
    def same(self):
        """Each combination to the simplest one that sounds the same, on all
        clips: those of training, too, decide what a trial learns."""
        rows = [self._read(split, []) for split in self.manifests]
        paths = [path for part in rows for path in part["wav"]]
        audio, _ = self.values
        heard = dict(zip(audio, self.original.heard(paths, audio)))
        return find_same(self.cells, heard)

    @cached_property
    def cell(self):
        """What training began with, or what is best on validation."""
        if "chosen" in self.begun:
            return Cell(*(self.begun[name] for name in Cell._fields))
        uars, by = (
            self.valid.uars(self.hparams["labels"]),
            "the scores alone",
        )
        if self.options.select == "fused" and not self.run_opts["debug"]:
            uars = self.fused = self._try()
            by = f"short runs (epochs: {self.options.short_epochs})"
        cell = choose_cell(uars)
        logger.info(
            "Repeats chosen on validation: %s, by the UAR of %s, %.1f %%.",
            cell,
            by,
            100 * uars[cell],
        )
        return cell

    def _score(self, split):
        """Clips of a split at each combination."""
        rows = self._read(split, ["emotion", "speaker"])
        _check_labels(rows, self.hparams["labels"], self.manifests[split])
        swept = sweep(self.original, rows["wav"].tolist(), *self.values)
        scores = among_own(
            swept.scores.flatten(0, 1).double().numpy(),
            rows.rename(columns={"emotion": "label"}),
            self.hparams["labels"],
        )
        return Scored(
            rows["emotion"].tolist(),
            rows["speaker"].tolist(),
            dict(zip(self.cells, scores)),
        )

    def _read(self, split, columns):
        place = self.manifests[split], self.hparams["data_folder"]
        return read_manifest(*place, columns)

    def _try(self):
        """Fused UAR of each combination; one run for all that are the same."""
        distinct = list(dict.fromkeys(self.same.values()))
        epochs = self.options.short_epochs
        found = on_main(
            try_cells, self.hparams, distinct, epochs, self.run_opts
        )
        return {cell: found[first] for cell, first in self.same.items()}

    def _tried(self):
        """What trials decided, perhaps when the run was begun; or None."""
        if self.fused or self.options.select != "fused":
            return self.fused
        found = on_main(read_trials, self.folder, {*self.same.values()})
        return found and {c: found[first] for c, first in self.same.items()}

    def _is_reported(self):
        try:
            read_choice(self.folder)
        except FileNotFoundError:
            return False
        except ValueError as error:
            logger.warning("%s It is written again now.", error)
            return False
        return True

    def _describe(self):
        audio, text = map(list, self.values)
        facts = {"on": "valid", "by": self.options.select}
        if self.options.select == "fused":
            facts["short_epochs"] = self.options.short_epochs
        return {**facts, "audio_repeats": audio, "text_repeats": text}

    def _write(self, report, table):
        write_text(self.folder / TABLE, table.to_csv(index=False))
        write_json(self.folder / REPORT, report)


def _check_labels(rows, labels, path):
    """Without clips of a class there is no UAR to choose by, or to report."""
    missing = [label for label in labels if label not in set(rows["emotion"])]
    if missing:
        raise ValueError(
            f"Expected clips of {list_names(labels)} in {path}, to choose "
            f"repeats that are auto, but got none of {list_names(missing)}. "
            "Give repeats as numbers, or choose other splits or labels."
        )
