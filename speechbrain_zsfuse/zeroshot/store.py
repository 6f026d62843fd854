"""Audio embeddings on disk, so that a frozen model hears each clip once.

One SQLite file: each batch is a transaction, so a kill at any moment loses at
most the batch under way. An embedding is found by the model's fingerprint,
the sha256 of the audio file and what the model effectively sees of it; paths
and dates do not matter, but for reading a file's sha256 only once.
"""

import json
import logging
import os
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
import torch
from tqdm import tqdm

from speechbrain_zsfuse.audio.reading import AudioError, resampled_length
from speechbrain_zsfuse.file_cache import FileCache, open_database
from speechbrain_zsfuse.files import file_sha256

logger = logging.getLogger(__name__)

_FILES = 256  # identified between two transactions
_TABLE = """
CREATE TABLE IF NOT EXISTS embeddings (
    model TEXT, audio TEXT, input TEXT, vector BLOB, checksum INTEGER,
    PRIMARY KEY (model, audio, input)
)
"""


class EmbeddingStore:
    """Embeddings of audio files by any number of frozen models.

    Arguments
    ---------
    folder : str or Path
        Holds ``embeddings.sqlite``; made if need be. Runs may share it.

    Raises
    ------
    ValueError
        If the file is there but is no intact store.

    Example
    -------
    >>> from speechbrain_zsfuse.lobes import CLAP
    >>> folder = getfixture("tmpdir")
    >>> clip = str(folder / "clip.wav")
    >>> soundfile.write(clip, np.sin(np.arange(8000) / 9), 16000)
    >>> store = EmbeddingStore(folder)
    >>> alm = CLAP(getfixture("tiny_clap"))
    >>> store.embed(alm, [clip], progress=False).shape
    torch.Size([1, 32])
    >>> len(store)
    1
    """

    def __init__(self, folder):
        self.path = Path(folder) / "embeddings.sqlite"
        with self._open() as database, database:
            database.execute(_TABLE)

    def __len__(self):
        with self._open() as database:
            return database.execute(
                "SELECT COUNT(*) FROM embeddings"
            ).fetchone()[0]

    def embed(self, alm, paths, repeats=1, batch_size=8, progress=True):
        """Embed files, computing only what is not stored yet.

        Arguments
        ---------
        alm : FrozenALM
        paths : list of str
            N audio files.
        repeats : int
            Audio amplification.
        batch_size : int
            Clips per forward pass.
        progress : bool
            Whether to show a bar.

        Returns
        -------
        torch.Tensor
            float32, shape [N, D], unit norm, on the CPU.

        Raises
        ------
        AudioError
            If a file is unreadable or empty (before anything is computed) or
            silent (the batches before it are kept).
        ValueError
            If there are no files.
        """
        if not len(paths):
            raise ValueError("Expected at least one audio file, but got none.")
        model = alm.fingerprint()
        with self._open() as database:
            keys = self._keys(database, alm, paths, repeats, progress)
            known = self._read(database, model, set(keys))
            missing = {k: p for k, p in zip(keys, paths) if k not in known}
            todo = list(missing.items())
            with tqdm(
                total=len(todo),
                desc=f"Listening with {type(alm).__name__}",
                unit="clip",
                disable=not (progress and todo),
            ) as bar:
                for start in range(0, len(todo), batch_size):
                    batch = todo[start : start + batch_size]
                    vectors = encode_files(alm, [p for _, p in batch], repeats)
                    fresh = dict(zip([k for k, _ in batch], vectors))
                    self._write(database, model, fresh)
                    known |= fresh
                    bar.update(len(batch))
        return torch.from_numpy(np.stack([known[key] for key in keys]))

    def _keys(self, database, alm, paths, repeats, progress):
        """sha256 of each file, and what the model effectively sees of it."""
        cache = FileCache(database, "sha256", "/")
        places = [os.path.abspath(path) for path in paths]
        facts = cache.recall(places)
        todo = [place for place in dict.fromkeys(places) if place not in facts]
        bar = tqdm(
            total=len(todo),
            desc="Identifying clips",
            unit="clip",
            disable=not (progress and todo),
        )
        with bar, ThreadPoolExecutor() as pool:
            for start in range(0, len(todo), _FILES):
                part = todo[start : start + _FILES]
                found = dict(zip(part, pool.map(_identify, part)))
                cache.keep(found)
                facts |= found
                bar.update(len(part))
        return [_key(alm, *facts[place], repeats) for place in places]

    def _open(self):
        return open_database(self.path, "an embedding store")

    def _read(self, database, model, keys):
        rows = database.execute(
            "SELECT audio, input, vector, checksum FROM embeddings "
            "WHERE model = ?",
            (model,),
        )
        known = {}
        for audio, effective, blob, checksum in rows:
            if (audio, effective) not in keys:
                continue
            if zlib.crc32(blob) == checksum:
                known[audio, effective] = np.frombuffer(blob, np.float32)
            else:
                logger.warning(
                    "A stored embedding of the audio with sha256 %s is "
                    "damaged; it is computed again.",
                    audio,
                )
        return known

    def _write(self, database, model, vectors):
        rows = [
            (model, *key, vector.tobytes(), zlib.crc32(vector.tobytes()))
            for key, vector in vectors.items()
        ]
        with database:
            database.executemany(
                "INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?, ?, ?)",
                rows,
            )


def _identify(path):
    """sha256 of a file, its samples, and their rate in Hz."""
    try:
        info = soundfile.info(path)
        digest = file_sha256(path)
    except (soundfile.LibsndfileError, OSError) as error:
        raise AudioError(path, f"it is unreadable ({error})") from error
    if not info.frames:
        raise AudioError(path, "it is empty (0 samples)")
    return digest, info.frames, info.samplerate


def _key(alm, digest, frames, rate, repeats):
    """Of an embedding: the file, and what the model sees of it, as text."""
    samples = resampled_length(frames, rate, alm.sample_rate)
    return digest, json.dumps(alm.effective_input(samples, repeats))


def encode_files(alm, paths, repeats):
    """Embed files in one batch, decoded in parallel.

    Arguments
    ---------
    alm : FrozenALM
    paths : list of str
        B files.
    repeats : int
        Audio amplification.

    Returns
    -------
    numpy.ndarray
        float32, shape [B, D], unit norm.

    Example
    -------
    >>> from speechbrain_zsfuse.lobes import CLAP
    >>> clip = str(getfixture("tmpdir") / "clip.wav")
    >>> soundfile.write(clip, np.sin(np.arange(8000) / 9), 16000)
    >>> encode_files(CLAP(getfixture("tiny_clap")), [clip], repeats=1).shape
    (1, 32)
    """
    with ThreadPoolExecutor() as pool:
        clips = list(pool.map(alm.read_audio, paths))
    wavs = torch.nn.utils.rnn.pad_sequence(clips, batch_first=True)
    lens = torch.tensor([len(c) for c in clips]).double() / wavs.shape[1]
    return alm.encode_audio(wavs, lens, repeats).cpu().numpy()
