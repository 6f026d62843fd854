"""Tables and (empty) files of a user, in a folder of the test."""

from speechbrain_zsfuse.corpora import read_own

WAVS = ("wav/a.wav", "wav/b.wav", "wav/c.wav")


def read(folder, text, name="my.csv", wavs=WAVS, **options):
    """What is read of a table in ``folder`` that lies above its files."""
    return read_own(write(folder, text, name, wavs), **options)


def write(folder, text, name="my.csv", wavs=WAVS):
    """Path of a table; bytes are written as they are."""
    for wav in wavs:
        place = folder / wav
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(text, bytes):
        path.write_bytes(text)
    else:
        path.write_text(text, encoding="utf-8")
    return path


def cells(reading, *columns):
    """Rows of some columns, as lists."""
    return reading.clips[list(columns)].values.tolist()
