"""A trained model: speech encoder, and the opinion of a frozen
audio-language model if it was trained with one.

Loading reads JSON and tensors and runs nothing of the source; ``from_hparams``
alone may load a YAML, which is a program.
"""

import torch

from speechbrain_zsfuse.inference.conventions import SpeechBrainRecognizer
from speechbrain_zsfuse.inference.description import (
    PARTS,
    build_module,
)
from speechbrain_zsfuse.inference.export.running import (
    OnnxRecognizer,
    is_exported,
)
from speechbrain_zsfuse.inference.fields import check_classes
from speechbrain_zsfuse.inference.hparams import (
    alm_of,
    device_of,
    is_run,
)
from speechbrain_zsfuse.inference.model import EmotionModel
from speechbrain_zsfuse.inference.scorers import load_scorer
from speechbrain_zsfuse.inference.sources import check_place, open_source
from speechbrain_zsfuse.loading.fitting import load_strictly


class EmotionRecognizer(SpeechBrainRecognizer):
    """A model of a recipe, to be used.

    Arguments
    ---------
    model : EmotionModel
    labels : list of str
        E classes, in the order of its logits.
    zero_shot : ZeroShotEmotionRecognizer, optional
        Whose scores it was trained with.
    description : dict, optional
        See ``Source``.

    Attributes
    ----------
    sample_rate : int
        Rate of the waveforms its encoder wants, in Hz.

    Example
    -------
    >>> from speechbrain_zsfuse.encoders import FilterbankEncoder
    >>> from speechbrain_zsfuse.fusion import ZSFuseHead
    >>> from speechbrain_zsfuse.pooling import MaskedMean
    >>> model = EmotionModel(
    ...     FilterbankEncoder(width=8), MaskedMean(8), ZSFuseHead(8, 2)
    ... )
    >>> recognizer = EmotionRecognizer(model, ["sad", "angry"])
    >>> sound = torch.rand(16000) - 0.5, 16000
    >>> recognizer.classify(sound, top_k=1)[0].keys()
    dict_keys(['label', 'score'])
    >>> probabilities, *_ = recognizer.classify_batch(torch.rand(3, 16000))
    >>> probabilities.shape, recognizer.encode_batch(torch.rand(16000)).shape
    (torch.Size([3, 2]), torch.Size([1, 8]))
    """

    def __init__(self, model, labels, zero_shot=None, description=None):
        super().__init__()
        self.model, self.zero_shot = model, zero_shot
        self.labels, self.description = list(labels), description
        self.sample_rate = model.encoder.sample_rate
        self.durations = (description or {}).get("durations")

    @classmethod
    def from_pretrained(
        cls,
        source,
        revision=None,
        *,
        device=None,
        savedir=None,
        alm=None,
        **modules,
    ):
        """Load a trained model; nothing in it is run.

        It computes in float32, whatever the ``eval_precision`` of its run, and
        as ``ZSFuseBrain`` recipes do: encoder, pooling, head. That a recipe
        with a ``compute_forward`` of its own does otherwise is not noticed
        here; ``zsfuse publish`` compares with what the run answered.

        Arguments
        ---------
        source : str or Path
            Folder of a run of a recipe, a published folder, a hub id, or what
            ``zsfuse export`` wrote, which onnxruntime then runs on the CPU.
        revision : str, optional
            Commit of the hub repository, 40 hexadecimal digits.
        device : str, optional
            Default: a GPU if there is one.
        savedir : str or Path, optional
            Where to put what is downloaded.
        alm : FrozenALM, str or Path, optional
            The audio-language model, or where it lies now; default: as the
            model says. It must be the one that the model was trained with.
        **modules
            ``encoder``, ``pooling`` or ``head``, for a model with one that is
            not of this package; it is given its weights.

        Returns
        -------
        EmotionRecognizer or OnnxRecognizer

        Raises
        ------
        FileNotFoundError
            If there is no such model, or its audio-language model is not here.
        ValueError
            If something is damaged, or is not what it should be.

        Example
        -------
        >>> EmotionRecognizer.from_pretrained("no/such/folder/here")
        Traceback (most recent call last):
        FileNotFoundError: No trained model found at 'no/such/folder/here': no \
such file or folder.
        """
        if is_exported(source):
            _refuse_options(
                revision=revision, device=device, alm=alm, **modules
            )
            return OnnxRecognizer(source)
        opened = open_source(source, revision, savedir)
        return cls.from_source(opened, device=device, alm=alm, **modules)

    @classmethod
    def from_hparams(
        cls, source, overrides=None, savedir=None, run_opts=None, **options
    ):
        """Load a trained model as SpeechBrain does.

        The folder of a run, or of an export, is read as by ``from_pretrained``.
        Of a published model, SpeechBrain loads ``hyperparams.yaml``, which is a
        program: trust its source, or take ``from_pretrained``.

        Arguments
        ---------
        source : str or Path
            See ``from_pretrained``.
        overrides : dict, optional
            ``alm``: where its audio-language model lies.
        savedir : str or Path, optional
            Where to put what is downloaded.
        run_opts : dict, optional
            ``device`` is where it computes.
        **options
            Others of SpeechBrain's ``pretrained_from_hparams``.

        Returns
        -------
        EmotionRecognizer or OnnxRecognizer

        Example
        -------
        >>> EmotionRecognizer.from_hparams("no/such/folder/here")
        Traceback (most recent call last):
        FileNotFoundError: ...
        """
        if is_run(source) or is_exported(source):
            device, alm = device_of(run_opts), alm_of(overrides)
            return cls.from_pretrained(source, device=device, alm=alm)
        from speechbrain.inference.interfaces import pretrained_from_hparams

        check_place(source)
        return pretrained_from_hparams(
            open_loaded,
            source=source,
            overrides=overrides or {},
            savedir=savedir,
            run_opts=run_opts,
            **options,
        )

    @classmethod
    def from_source(cls, source, *, device=None, alm=None, **modules):
        """Load what ``open_source`` found; see ``from_pretrained``."""
        if others := sorted({*modules} - {*PARTS}):
            raise TypeError(
                f"Expected {', '.join(PARTS)} as modules of your own, but got "
                f"{', '.join(others)}. Leave it out."
            )
        facts, zero_shot = source.description, None
        if facts["score_source"] is not None:
            zero_shot = load_scorer(source, alm)
        parts = {
            name: _load_part(source, name, modules.get(name)) for name in PARTS
        }
        check_classes(parts["head"], facts["labels"], source.path)
        model = EmotionModel(**parts, fallback=facts["fallback"])
        found = cls(model, facts["labels"], zero_shot, facts)
        default = "cuda" if torch.cuda.is_available() else "cpu"
        return found.to(device or default)

    @property
    def alm(self):
        """The audio-language model; None without."""
        return None if self.zero_shot is None else self.zero_shot.alm

    @property
    def prompts(self):
        """P rows of E texts; None without an audio-language model."""
        return None if self.zero_shot is None else self.zero_shot.prompts

    def encode_batch(self, wavs, wav_lens=None):
        """Pooled vectors of the speech encoder.

        Arguments
        ---------
        wavs, wav_lens
            See ``classify_batch``.

        Returns
        -------
        torch.Tensor
            float32, shape [B, D].
        """
        with torch.no_grad():
            return self.embed(self.as_sounds(wavs, wav_lens))

    def embed(self, sounds):
        """Pooled vectors [B, D] of what ``read`` gave."""
        waves = [torch.from_numpy(one.waveform) for one in sounds]
        longest = max(map(len, waves))
        lens = torch.tensor([len(wave) / longest for wave in waves])
        wavs = torch.nn.utils.rnn.pad_sequence(waves, batch_first=True)
        return self.model.embed(wavs.to(self.device), lens.to(self.device))

    def answer(self, sounds):
        """See ``Recognizer``."""
        pooled, scores, audio = self.embed(sounds), None, None
        if self.zero_shot is not None:
            audio = self.zero_shot.hear(sounds)
            scores = self.zero_shot.score(audio)
        return self.model.classify(pooled, scores).softmax(-1), scores, audio

    def compare_prompts(self, audio):
        """See ``Recognizer``."""
        return self.zero_shot.compare_prompts(audio)


def _refuse_options(device=None, **options):
    """An exported model is whole, and computes on the CPU."""
    given = [name for name, value in options.items() if value is not None]
    if str(device or "cpu") != "cpu":
        given.append("device")
    if given:
        raise ValueError(
            f"Expected no {', '.join(given)} for an exported model, which is "
            "whole, and computes on the CPU. Load what it was exported from."
        )


def open_loaded(modules, hparams, run_opts=None, **_):
    """The recogniser of a published ``hyperparams.yaml``, once SpeechBrain has
    loaded that.

    Arguments
    ---------
    modules : dict
        Of the YAML; empty.
    hparams : dict
        With ``pretrainer``, a ``ModelPretrainer``.
    run_opts : dict, optional
        ``device`` is where it computes.

    Returns
    -------
    EmotionRecognizer

    Example
    -------
    See ``EmotionRecognizer.from_hparams``.
    """
    pretrainer = hparams["pretrainer"]
    return EmotionRecognizer.from_source(
        pretrainer.opened, device=device_of(run_opts), alm=pretrainer.alm
    )


def _load_part(source, part, own):
    """A module of a model, with its weights."""
    weights, path = source.weights(part), source.path
    if own is None:
        return build_module(source.description[part], part, path, weights)
    load_strictly(own, weights, type(own).__name__, path)
    return own
