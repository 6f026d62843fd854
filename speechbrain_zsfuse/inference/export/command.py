"""What ``zsfuse export`` does, step by step."""

from speechbrain_zsfuse.inference.export.running import OnnxRecognizer
from speechbrain_zsfuse.inference.export.smaller import (
    compare_answers,
    quantise,
    tell,
)
from speechbrain_zsfuse.inference.export.writing import export_onnx, made_up
from speechbrain_zsfuse.inference.labelling.clips import (
    find_clips,
    further_columns,
)
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
        See ``measured_on``.
    alm : str, optional
        See ``EmotionRecognizer.from_pretrained``.

    Raises
    ------
    ValueError
        If ``clips`` hold other labels than the model has.
    """
    recognizer = EmotionRecognizer.from_pretrained(model, device="cpu", alm=alm)
    inputs, emotions, what = measured_on(recognizer, clips, data_folder)
    difference = export_onnx(recognizer, folder)
    print(
        f"{folder}: the answers of PyTorch within {difference:.1g}, on made-up "
        "sounds of several lengths, alone and together."
    )
    if int8:
        sizes = quantise(folder, folder / "int8")
        pair = OnnxRecognizer(folder), OnnxRecognizer(folder / "int8")
        print(tell(compare_answers(*pair, inputs, emotions), what, sizes))


def measured_on(recognizer, clips=None, data_folder=None):
    """What int8 is measured on.

    Arguments
    ---------
    recognizer : EmotionRecognizer
    clips : Path, optional
        Folder, or table, of recordings; default: made-up sounds.
    data_folder : Path, optional
        See ``find_clips``.

    Returns
    -------
    inputs : list
        Files, or arrays and rates.
    emotions : list of str or None
        None unless the table has them.
    what : str
        What they are.

    Raises
    ------
    ValueError
        See ``run``.
    """
    if clips is None:
        return made_up(recognizer), None, "made-up sounds"
    found = list(find_clips([str(clips)], data_folder))
    emotions = None
    if "label" in (names := further_columns([str(clips)])):
        emotions = [clip.further[names.index("label")] for clip in found]
        if {*emotions} != {*recognizer.labels}:
            raise ValueError(
                f"Expected each of the emotions {recognizer.labels} in {clips},"
                f" and no other, but got {sorted({*emotions})}. Take other "
                "clips, or leave the column out."
            )
    return [clip.path for clip in found], emotions, f"clips of {clips}"
