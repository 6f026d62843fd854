"""What ``zsfuse export`` does, step by step."""

from pathlib import Path

import pandas

from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.inference.export.running import OnnxRecognizer
from speechbrain_zsfuse.inference.export.smaller import (
    compare_answers,
    quantise,
    tell,
)
from speechbrain_zsfuse.inference.export.writing import export_onnx, made_up
from speechbrain_zsfuse.inference.recognizer import EmotionRecognizer


def run(model, folder, int8=False, clips=None, data_folder=None, alm=None):
    """Export a model, and print what was checked and measured.

    Arguments
    ---------
    model : str
        See ``EmotionRecognizer.from_pretrained``.
    folder : Path
    int8 : bool
        Whether to write ``folder/int8`` too.
    clips, data_folder : Path, optional
        See ``find_clips``.
    alm : str, optional
        See ``EmotionRecognizer.from_pretrained``.

    Raises
    ------
    FileNotFoundError
        If a clip is not there.
    ValueError
        If ``clips`` lacks a column, or holds other labels than the model has.
    """
    recognizer = EmotionRecognizer.from_pretrained(model, device="cpu", alm=alm)
    inputs, emotions, what = find_clips(recognizer, clips, data_folder)
    difference = export_onnx(recognizer, folder)
    print(
        f"{folder}: the answers of PyTorch within {difference:.1g}, on made-up "
        "sounds of several lengths, alone and together."
    )
    if int8:
        sizes = quantise(folder, folder / "int8")
        pair = OnnxRecognizer(folder), OnnxRecognizer(folder / "int8")
        print(tell(compare_answers(*pair, inputs, emotions), what, sizes))


def find_clips(recognizer, clips=None, data_folder=None):
    """What int8 is measured on.

    Arguments
    ---------
    recognizer : EmotionRecognizer
    clips : Path, optional
        CSV with ``wav`` and perhaps ``emotion``; default: made-up sounds.
    data_folder : Path, optional
        Stands for ``$data_root`` in the column ``wav``.

    Returns
    -------
    inputs : list
        Files, or arrays and rates.
    emotions : list of str or None
    what : str
        What they are.

    Raises
    ------
    ValueError
        See ``run``.
    """
    if clips is None:
        return made_up(recognizer), None, "made-up sounds"
    table = pandas.read_csv(clips)
    if "wav" not in table:
        raise ValueError(
            f"Expected a column `wav` in {clips}, but got "
            f"{', '.join(table.columns)}. Name the files there."
        )
    wavs = list(table["wav"])
    if data_folder is not None:
        wavs = [one.replace("$data_root", str(data_folder)) for one in wavs]
    if missing := [one for one in wavs if not Path(one).is_file()]:
        raise FileNotFoundError(
            f"Expected the files of {clips}, but {len(missing)} of {len(wavs)} "
            f"are not there: {list_names(missing)}. Give --data_folder, which "
            "stands for $data_root."
        )
    emotions = list(table["emotion"]) if "emotion" in table else None
    if emotions is not None and {*emotions} != {*recognizer.labels}:
        raise ValueError(
            f"Expected each of the emotions {recognizer.labels} in {clips}, "
            f"and no other, but got {sorted({*emotions})}. Take other clips, "
            "or leave the column out."
        )
    return wavs, emotions, f"clips of {clips}"
