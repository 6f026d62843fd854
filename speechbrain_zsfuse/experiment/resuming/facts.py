"""What a run is begun with, as facts that ``inputs.py`` compares.

Clips, weights and scores are known by their content: that files were moved,
copied or touched does not count. Each file of sound is read once and its
hash remembered.
"""

from importlib.metadata import version

import torch

from speechbrain_zsfuse import __version__
from speechbrain_zsfuse.audio.places import file_of, split_fragment
from speechbrain_zsfuse.corpora.manifests import read_manifest
from speechbrain_zsfuse.corpora.roots import absolute_roots
from speechbrain_zsfuse.encoders.base import TransformersEncoder
from speechbrain_zsfuse.file_cache import FileCache, look_up, open_database
from speechbrain_zsfuse.files import file_sha256
from speechbrain_zsfuse.loading.fingerprint import weights_digest
from speechbrain_zsfuse.processes import rank_and_size

# Of SpeechBrain's run options, those that make other results.
_OPTIONS = (
    *("precision", "eval_precision", "auto_mix_prec", "bfloat16_mix_prec"),
    *("grad_accumulation_factor", "max_grad_norm", "optimizer_step_limit"),
)
_COLUMNS = ("emotion", "speaker", "votes", "part")  # of a manifest
_LIBRARIES = ("speechbrain", "torch", "transformers")
_SHOWN = 16  # of 64 hexadecimal digits: nobody forges these


def describe_options(run_opts, hparams):
    """SpeechBrain's run options that the YAML does not have.

    Arguments
    ---------
    run_opts : RunOptions
    hparams : dict
        Loaded YAML, whose settings are compared elsewhere.

    Returns
    -------
    dict

    Example
    -------
    >>> import speechbrain as sb
    >>> _, run_opts, _ = sb.parse_arguments(["a.yaml"])
    >>> facts = describe_options(run_opts, {"precision": "fp32"})
    >>> facts["--eval_precision"], "--precision" in facts
    ('fp32', False)
    """
    return {
        f"--{option}": run_opts[option]
        for option in _OPTIONS
        if option not in hparams
    }


def describe_circumstances(run_opts):
    """What may change the last digits of results, or the draws of dropout.

    Example
    -------
    >>> import speechbrain as sb
    >>> _, run_opts, _ = sb.parse_arguments(["a.yaml", "--device=cpu"])
    >>> facts = describe_circumstances(run_opts)
    >>> facts["processes"], facts["device"]
    (1, 'cpu')
    """
    facts = {"processes": rank_and_size()[1], "device": name_device(run_opts)}
    facts |= {f"--{name}": run_opts[name] for name in ("compile", "jit")}
    facts |= {name: version(name) for name in _LIBRARIES}
    return facts | {"speechbrain-zsfuse": __version__}


def name_device(run_opts):
    """The kind of device that a run computes on, asked for or found.

    Example
    -------
    >>> name_device({"device": "cuda:1"}), name_device({"device": "cpu"})
    ('cuda', 'cpu')
    """
    found = "cuda" if torch.cuda.is_available() else "cpu"
    return str(run_opts["device"] or found).partition(":")[0]


def describe_weights(encoder):
    """Weights that an encoder was loaded with; none if they were drawn.

    Arguments
    ---------
    encoder : torch.nn.Module

    Returns
    -------
    dict

    Example
    -------
    >>> describe_weights(torch.nn.Linear(1, 1))
    {}
    """
    if not isinstance(encoder, TransformersEncoder):
        return {}
    return {"encoder": weights_digest(encoder.model)[:_SHOWN]}


def describe_clips(manifests, data_folder, cache=None):
    """What is learned from each clip: split, label, speaker, votes, sound.

    Arguments
    ---------
    manifests : dict
        Split to manifest path.
    data_folder : str, Path or dict
        Stands for ``$data_root`` in the manifests, see ``read_manifest``.
    cache : str or Path, optional
        SQLite file that remembers hashes; see ``file_cache.py``.

    Returns
    -------
    dict
        "clip" and its id to a text.

    Raises
    ------
    OSError
        If a file cannot be read.

    Example
    -------
    >>> from pathlib import Path
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "a.wav").write_bytes(b"sound")
    >>> manifest = folder / "train.csv"
    >>> row = "a,0.1,$data_root/a.wav,sad,01"
    >>> _ = manifest.write_text(f"ID,duration,wav,emotion,speaker\\n{row}")
    >>> describe_clips({"train": manifest}, folder)
    {'clip a': 'train, emotion sad, speaker 01, sound dd29442deca69f52'}
    """
    root = absolute_roots(data_folder)
    clips = [
        (split, row)
        for split, path in manifests.items()
        for row in read_manifest(path, root).to_dict("records")
    ]
    files = {row["wav"]: file_of(row["wav"]) for _, row in clips}
    sounds = hash_files(list(dict.fromkeys(files.values())), cache)
    facts = {}
    for split, row in clips:
        parts = [f"{name} {row[name]}" for name in _COLUMNS if row.get(name)]
        file = files[row["wav"]]
        part = split_fragment(row["wav"])[1] if file != row["wav"] else ""
        parts = [split, *parts, f"sound {sounds[file][:_SHOWN]}{part}"]
        facts[f"clip {row['ID']}"] = ", ".join(parts)
    return facts


def hash_files(paths, cache=None):
    """sha256 of files, read only if they are new or have changed.

    Arguments
    ---------
    paths : list of str
        Absolute.
    cache : str or Path, optional
        See ``describe_clips``.

    Returns
    -------
    dict
        Path to 64 hexadecimal digits.

    Example
    -------
    >>> path = str(getfixture("tmpdir").join("a"))
    >>> _ = open(path, "w").write("sound")
    >>> hash_files([path])[path][:6]
    'dd2944'
    """
    description = "what is remembered of audio files"
    with open_database(cache, description) as database:
        facts = FileCache(database, "content", "/")
        return look_up(facts, paths, file_sha256, "Hashing clips")
