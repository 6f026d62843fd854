"""The work of ``zsfuse predict``: clips in, rows out, what is bad told."""

import os
import sys
import tempfile
from pathlib import Path
from shlex import quote

from speechbrain_zsfuse.audio.sound import MEDIA, SOUNDS
from speechbrain_zsfuse.errors import (
    explain_disk,
    explain_imports,
    list_names,
    nearest,
)
from speechbrain_zsfuse.folders import walk_files
from speechbrain_zsfuse.inference.labelling.clips import (
    STANDARD_INPUT,
    find_clips,
    further_columns,
)
from speechbrain_zsfuse.inference.labelling.folder import label_folder
from speechbrain_zsfuse.inference.labelling.plan import make_plan
from speechbrain_zsfuse.inference.labelling.rows import (
    Layout,
    answer_rows,
    clip_row,
    error_text,
)
from speechbrain_zsfuse.inference.labelling.shards import BAD
from speechbrain_zsfuse.inference.labelling.spool import (
    read_spool,
    write_spool,
)
from speechbrain_zsfuse.inference.labelling.stream import label_clips
from speechbrain_zsfuse.inference.labelling.writing import FORMATS, open_writer
from speechbrain_zsfuse.progress import show_bar

_GROUP = ("RANK", "0"), ("WORLD_SIZE", "1")  # as torchrun sets them
_KINDS = ", ".join(SOUNDS)
_AGAIN = "Run the same command again: no finished part is done twice."
_TOLD = 10  # bad recordings of a folder of Parquet files, on the terminal


def choose_form(out=None, form=None, top_k=None):
    """Format of the output: as asked for, or as the name of the file says.

    Arguments
    ---------
    out : Path, optional
    form : str, optional
        One of ``FORMATS``; default: table, or that of ``out``.
    top_k : int, optional

    Returns
    -------
    str
        One of ``FORMATS``, or ``parquet``: a folder.

    Raises
    ------
    ValueError
        If there is no such format, or if they contradict each other.

    Example
    -------
    >>> from pathlib import Path
    >>> choose_form(), choose_form(Path("a.csv")), choose_form(Path("labels"))
    ('table', 'csv', 'parquet')
    >>> choose_form(Path("a.xlsx"))
    Traceback (most recent call last):
    ValueError: Expected --out to end in .csv, .jsonl or .parquet, or to be a \
folder, but got a.xlsx. Give one of these.
    """
    if form not in (None, *FORMATS):
        raise ValueError(
            f"Expected --format to be one of {', '.join(FORMATS)}, but got "
            f"{form!r}. {nearest(form, FORMATS)}Give one of these."
        )
    suffix = out.suffix if out else None
    kinds = {None: form or "table", "": "parquet", ".txt": "table"}
    found = kinds.get(suffix, (suffix or "")[1:])
    if found not in (*FORMATS, "parquet"):
        raise ValueError(
            "Expected --out to end in .csv, .jsonl or .parquet, or to be a "
            f"folder, but got {out}. Give one of these."
        )
    if form and form != found:
        raise ValueError(
            f"Expected --format {found}, as {out} says, but got {form}. Leave "
            "one of both out."
        )
    if top_k and found in ("csv", "parquet"):
        raise ValueError(
            f"Expected no --top_k with {found}, which has a column for each "
            f"class, but got {top_k}. Leave it out, or add --format jsonl."
        )
    return found


def run_predict(
    choice,
    inputs,
    out=None,
    form=None,
    *,
    top_k=None,
    data_folder=None,
    batch_size=16,
    per_file=2000,
    ray=None,
):
    """Label what the command line names, and say what could not be used.

    Arguments
    ---------
    choice : ModelChoice
        Loaded when all that can be wrong before is not.
    inputs : list of str
        See ``find_clips``.
    out : Path, optional
        A file, or a folder of Parquet files; default: standard output.
    form : str, optional
        See ``choose_form``.
    top_k : int, optional
        Classes to show; default: all.
    data_folder : Path, optional
        See ``find_clips``.
    batch_size : int
    per_file : int
        Clips a Parquet file.
    ray : str, optional
        Address of a Ray cluster, or ``local``.

    Returns
    -------
    int
        Recordings that could not be used.

    Raises
    ------
    ValueError
        If there is nothing to label, or if options contradict each other.
    """
    form = choose_form(out, form, top_k)
    _check_out(out, form, inputs)
    rank, world = (int(os.environ.get(n, d)) for n, d in _GROUP)
    _check_group(form, inputs, world, ray)
    if form == "parquet":
        with explain_imports("ray" if ray else "parquet"):
            import pyarrow  # noqa: F401
    if ray:
        from speechbrain_zsfuse.inference.labelling.ray_data import load_ray

        load_ray()
    further = further_columns(inputs)
    with tempfile.TemporaryFile() as file:
        clips = find_clips(inputs, data_folder)
        spooled = write_spool(file, clips, per_file)
        if not spooled.clips:
            raise ValueError(_tell_nothing(inputs))
        labeller = choice.load()
        windows = choice.window is not None
        layout = Layout(
            *(labeller.labels, labeller.zero_shot, further),
            *(windows, choice.per_prompt),
        )
        if form != "parquet":
            clips = read_spool(file, 0, spooled.clips)
            answers = label_clips(labeller, clips, batch_size)
            with (
                open_writer(layout, form, out, top_k) as writer,
                _bar(spooled.clips) as bar,
            ):
                bad = _write(answers, writer, layout, bar)
            _tell_bad(bad, spooled.clips)
            return bad
        settings = {
            "model": labeller.identity,
            "layout": layout._asdict(),
            "window": choice.window,
            "hop": choice.hop,
        }
        with explain_disk(out, again=_AGAIN):
            plan = make_plan(out, file, spooled, per_file, settings)
    if ray:
        from speechbrain_zsfuse.inference.labelling.ray_data import label_on_ray

        with _bar(spooled.clips) as bar:
            bad = label_on_ray(plan, choice, ray, batch_size, bar.update)
    else:
        with (
            explain_disk(out, again=_AGAIN),
            _bar(spooled.clips, wanted=rank == 0) as bar,
        ):
            tell = _Teller(bar, _TOLD)
            group = {"rank": rank, "world": world}
            bad = label_folder(plan, labeller, batch_size, tell=tell, **group)
    if rank == 0:
        told = f"{spooled.clips} recordings in {plan.parts} files"
        print(f"{out}: {told}.", file=sys.stderr)
        _tell_bad(bad, spooled.clips, f" They are listed in {out / BAD}.")
    return bad * (rank == 0)  # torchrun ends all when one ends with 1


def _tell_nothing(inputs):
    """No recordings, and where they may be."""
    folders = [name for name in inputs if Path(name).is_dir()]
    videos = [f for f in folders if next(walk_files(f, MEDIA), None)]
    advice = f"Name files, or folders with some of {_KINDS}."
    if videos:
        advice = (
            "There are videos or other media: `zsfuse extract "
            f"{quote(videos[0])} --out FOLDER` makes FLAC of them. Give that "
            "folder."
        )
    return (
        f"Expected recordings in {list_names(inputs)}, but there is none. "
        f"{advice}"
    )


def _check_out(out, form, inputs):
    there = out is not None and out.exists()
    if there and any(Path(n).exists() and out.samefile(n) for n in inputs):
        raise ValueError(
            f"Expected --out to be none of the inputs, but got {out}, which "
            "would be replaced. Give another name."
        )
    if there and form != "parquet" and out.is_dir():
        raise ValueError(
            f"Expected --out to be a file, but {out} is a folder. Give "
            "another name."
        )


def _check_group(form, inputs, world, ray):
    if form != "parquet" and (world > 1 or ray):
        raise ValueError(
            "Expected a folder for several processes to write to, but got "
            "none. Add --out labels.parquet."
        )
    if world > 1 and STANDARD_INPUT in inputs:
        raise ValueError(
            "Expected files, folders or tables, which each process can read, "
            "but got standard input. Write it to a .csv with the column path."
        )
    if world > 1 and ray:
        raise ValueError(
            "Expected torchrun or --ray, but got both: each starts processes "
            "of its own. Leave one out."
        )


class _Teller:
    """Counts what is done, and tells what is bad beside the bar."""

    def __init__(self, bar, limit=None):
        self.bar, self.limit, self.bad = bar, limit, 0

    def __call__(self, clip, answer):
        self.bar.update()
        if isinstance(answer, Exception):
            self.bad += 1
            if self.limit is None or self.bad <= self.limit:
                line = f"zsfuse: {error_text(answer)}"
                self.bar.write(line, file=sys.stderr)


def _bar(total, wanted=True):
    return show_bar(title="Labelling", wanted=wanted, total=total, unit=" clip")


def _write(answers, writer, layout, bar):
    tell = _Teller(bar)
    for clip, answer in answers:
        tell(clip, answer)
        if isinstance(answer, Exception):
            error = {"error": error_text(answer)}
            writer.write(clip_row(layout, clip) | error)
        else:
            for row in answer_rows(layout, clip, answer):
                writer.write(row)
    return tell.bad


def _tell_bad(bad, clips, where=""):
    if bad:
        told = f"{bad} of {clips} recordings could not be used."
        print(f"zsfuse: {told}{where}", file=sys.stderr)
