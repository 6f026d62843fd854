"""Audio embeddings on disk, so that a frozen model hears each clip once.

One SQLite file: each batch is a transaction, so a kill at any moment loses at
most the batch under way. An embedding is found by the model's fingerprint,
the sha256 of the audio file and what the model effectively sees of it; paths
and dates do not matter.
"""

import hashlib
import json
import logging
import sqlite3
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pandas
import soundfile
import torch
from tqdm import tqdm

from speechbrain_zsfuse.audio import AudioError, resampled_length
from speechbrain_zsfuse.files import write_json, write_text
from speechbrain_zsfuse.manifests import read_manifest
from speechbrain_zsfuse.prompts import prompts_hash
from speechbrain_zsfuse.zeroshot import zero_shot_scores

logger = logging.getLogger(__name__)

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
        self.path.parent.mkdir(parents=True, exist_ok=True)
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
        with ThreadPoolExecutor() as pool:
            keys = list(pool.map(lambda path: _key(alm, path, repeats), paths))
        with self._open() as database:
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
                    vectors = _encode(alm, [p for _, p in batch], repeats)
                    fresh = dict(zip([k for k, _ in batch], vectors))
                    self._write(database, model, fresh)
                    known |= fresh
                    bar.update(len(batch))
        return torch.from_numpy(np.stack([known[key] for key in keys]))

    @contextmanager
    def _open(self):
        try:
            with closing(sqlite3.connect(self.path, timeout=60)) as database:
                yield database
        except sqlite3.OperationalError:  # locked, disk full: not damaged
            raise
        except sqlite3.DatabaseError as error:
            raise ValueError(
                f"Expected an embedding store in {self.path}, but it is "
                f"damaged ({error}). Delete it: it will be made again."
            ) from error

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


def score_manifests(
    scorer,
    manifests,
    data_root,
    store_folder,
    scores_file,
    device=None,
    progress=True,
):
    """Write the zero-shot scores of every clip of some manifests.

    Arguments
    ---------
    scorer : ZeroShotScorer
        On return it is back on the CPU.
    manifests : dict
        Split to manifest path.
    data_root : str or Path
        Stands for ``$data_root`` in the manifests.
    store_folder : str or Path
        See ``EmbeddingStore``.
    scores_file : str or Path
        CSV to write: ``ID`` and one column per label. Beside it, a ``.json``
        of the same name says which model and prompts made it.
    device : str, optional
        Where the audio tower runs; default: the GPU if there is one.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    Path
        ``scores_file``.

    Example
    -------
    >>> from speechbrain_zsfuse.lobes import CLAP
    >>> from speechbrain_zsfuse.zeroshot import ZeroShotScorer
    >>> folder = Path(getfixture("tmpdir"))
    >>> soundfile.write(folder / "a.wav", np.sin(np.arange(8000)), 16000)
    >>> manifest = folder / "test.csv"
    >>> _ = manifest.write_text("ID,duration,wav\\na,0.5,$data_root/a.wav")
    >>> scorer = ZeroShotScorer(CLAP(getfixture("tiny_clap")), ["sad", "angry"])
    >>> path = score_manifests(
    ...     scorer,
    ...     {"test": manifest},
    ...     data_root=folder,
    ...     store_folder=folder,
    ...     scores_file=folder / "scores.csv",
    ...     progress=False,
    ... )
    >>> read_scores(path, ["sad", "angry"])["a"].shape
    torch.Size([2])
    """
    frame = pandas.concat(
        [read_manifest(path, data_root) for path in manifests.values()]
    )
    scorer.to(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    audio = EmbeddingStore(store_folder).embed(
        scorer.alm,
        frame["wav"].tolist(),
        scorer.audio_repeats,
        progress=progress,
    )
    scores = zero_shot_scores(audio, scorer.bank.cpu()).double().numpy()
    scorer.to("cpu")
    table = pandas.DataFrame(scores, frame["ID"], scorer.labels)
    scores_file = Path(scores_file)
    description = {
        "source": str(getattr(scorer.alm, "source", "")),
        "fingerprint": scorer.alm.fingerprint(),
        "tokenizer": scorer.alm.tokenizer,
        "tokenizer_revision": scorer.alm.tokenizer_revision,
        "prompts": scorer.prompts,
        "prompts_sha256": prompts_hash(scorer.prompts),
        "audio_repeats": scorer.audio_repeats,
    }
    write_json(scores_file.with_suffix(".json"), description)
    return write_text(scores_file, table.to_csv())


def read_scores(path, labels):
    """Read a file of ``score_manifests``.

    Arguments
    ---------
    path : str or Path
    labels : list of str
        Order of the columns of the result.

    Returns
    -------
    dict
        Clip id to float32 tensor of shape [E].

    Example
    -------
    >>> path = Path(getfixture("tmpdir") / "scores.csv")
    >>> _ = path.write_text("ID,sad,angry\\na,0.5,0.25\\n")
    >>> read_scores(path, ["angry", "sad"])
    {'a': tensor([0.2500, 0.5000])}
    """
    table = pandas.read_csv(path, dtype={"ID": str}, keep_default_na=False)
    values = table[list(labels)].to_numpy(dtype=np.float32)
    return dict(zip(table["ID"], torch.tensor(values)))


def _key(alm, path, repeats):
    """sha256 of the file, and what the model effectively sees, as text."""
    try:
        info = soundfile.info(str(path))
        digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except (soundfile.LibsndfileError, OSError) as error:
        raise AudioError(path, f"it is unreadable ({error})") from error
    samples = resampled_length(info.frames, info.samplerate, alm.sample_rate)
    if not samples:
        raise AudioError(path, "it is empty (0 samples)")
    return digest, json.dumps(alm.effective_input(samples, repeats))


def _encode(alm, paths, repeats):
    with ThreadPoolExecutor() as pool:
        clips = list(pool.map(alm.read_audio, paths))
    wavs = torch.nn.utils.rnn.pad_sequence(clips, batch_first=True)
    lens = torch.tensor([len(c) for c in clips]).double() / wavs.shape[1]
    return alm.encode_audio(wavs, lens, repeats).cpu().numpy()
