"""Which model a command line means, and the model as a labeller.

``clap=PLACE`` is an audio-language model alone, asked for any words; all else
is a trained recogniser. What is chosen are plain values, so that it reaches
other processes and machines, which load it themselves.
"""

from dataclasses import dataclass

from speechbrain_zsfuse.errors import offer

ALMS = {
    "clap": "CLAP",
    "clsp": "CLSP",
    "paraclap": "ParaCLAP",
    "reclap": "ReCLAP",
}


@dataclass(frozen=True)
class ModelChoice:
    """A model and how it is asked.

    Arguments
    ---------
    model : str
        Folder of a run, published folder or hub id; or NAME=PLACE of an
        audio-language model, see ``ALMS``.
    revision : str, optional
        Commit on the hub.
    device : str, optional
    labels : list of str, optional
        Emotions to ask an audio-language model for.
    prompts : str
        Prompt set of such a model.
    window, hop : float, optional
        In seconds.
    per_prompt : bool

    Raises
    ------
    ValueError
        If labels are missing, or given to a model that has its own.

    Example
    -------
    >>> ModelChoice("clap=folder")
    Traceback (most recent call last):
    ValueError: Expected words to ask clap=folder for, but got none. Add \
--labels happy,sad, for instance.
    """

    model: str
    revision: str | None = None
    device: str | None = None
    labels: list[str] | None = None
    prompts: str = "paper"
    window: float | None = None
    hop: float | None = None
    per_prompt: bool = False

    def __post_init__(self):
        if self.is_alm and not self.labels:
            raise ValueError(
                f"Expected words to ask {self.model} for, but got none. Add "
                "--labels happy,sad, for instance."
            )
        if self.labels and not self.is_alm:
            raise ValueError(
                f"Expected no labels, for {self.model} has its own, but got "
                f"{', '.join(self.labels)}. Leave them out, or name an "
                "audio-language model, which takes any: clap=PLACE. "
                f"{offer(self.model, ALMS)}."
            )
        if self.hop is not None and self.window is None:
            raise ValueError(
                f"Expected a window with the hop of {self.hop:g} s, but got "
                "none. Add --window."
            )
        if self.per_prompt and self.window is not None:
            raise ValueError(
                "Expected --per_prompt or --window, but got both: prompts are "
                "told of whole recordings. Leave one out."
            )

    @property
    def is_alm(self):
        """Whether it is an audio-language model alone."""
        name, sign, _ = self.model.partition("=")
        return bool(sign) and name in ALMS

    def load(self):
        """The model as a labeller."""
