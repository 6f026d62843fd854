"""Zero-shot scores of a corpus: a column of its manifests, computed once.

The audio-language model is frozen, so the scores depend on clip, model and
prompts alone, and training never waits for them.
"""

from pathlib import Path

import numpy as np
import pandas
import torch

from speechbrain_zsfuse.corpora.manifests import read_manifest
from speechbrain_zsfuse.files import write_json, write_text
from speechbrain_zsfuse.zeroshot.prompts import prompts_hash
from speechbrain_zsfuse.zeroshot.scorer import zero_shot_scores
from speechbrain_zsfuse.zeroshot.store import EmbeddingStore


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
    >>> import soundfile
    >>> from speechbrain_zsfuse.lobes import CLAP
    >>> from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
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
