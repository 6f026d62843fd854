"""The page of a model, put together from Gradio's parts.

What it shows is made in ``shown.py``, what it knows comes from a listener
(``listening.py``): here is what stands where, and what happens when.
"""

import os
from pathlib import Path

from speechbrain_zsfuse.errors import explain_imports
from speechbrain_zsfuse.inference.demo import shown
from speechbrain_zsfuse.inference.demo.limits import check_length, forget
from speechbrain_zsfuse.inference.demo.wording import (
    check_number,
    read_prompts,
    read_words,
)

_DELETED = 60, 600  # seconds: how often is looked for uploads that old
_PROMPTS = (
    "One a line, with {label}, or {adjective}, {adverb} or {noun} of the word."
)


def import_gradio():
    """Gradio, told to call nobody; it reads that when it is imported.

    Returns
    -------
    module

    Raises
    ------
    ImportError
        If it is not installed.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    with explain_imports(extra="demo"):
        import gradio
    return gradio


def make_page(listener, limits, folder, local=True):
    """Build the page.

    Arguments
    ---------
    listener : Listener
    limits : Limits
    folder : Path
        Where uploads lie until they are read.
    local : bool
        Whether no other computer reaches the page: it says so.

    Returns
    -------
    gradio.Blocks
    """
    gradio = import_gradio()
    with gradio.Blocks(
        title="How does this voice sound?",
        analytics_enabled=False,
        delete_cache=_DELETED,
    ) as page:
        _Page(gradio, listener, limits, folder, local)
    return page


class _Page:
    """The parts, and what happens when something is given."""

    def __init__(self, gradio, listener, limits, folder, local):
        self.listener, self.limits, self.folder = listener, limits, folder
        gradio.HTML(shown.opening(listener, local))
        self.heard = gradio.State()  # no sound: see Heard
        with gradio.Row():
            with gradio.Column():
                self.audio = gradio.Audio(
                    label="A recording",
                    sources=["upload", "microphone"],
                    type="filepath",
                    editable=False,
                    buttons=[],
                    elem_id="recording",
                )
            with gradio.Column():
                self.answer = gradio.HTML(
                    shown.waiting(limits), elem_id="answer"
                )
        self.timeline = gradio.HTML(elem_id="timeline", visible=False)
        self.changed = gradio.HTML(elem_id="changed", visible=False)
        shows = [self.heard, self.answer, self.timeline, self.changed]
        typed = []
        if listener.zero_shot:
            typed = self.add_words(gradio)
            shows.append(self.scores)
        self.audio.change(
            self.hear,
            [self.audio, *typed],
            shows,
            api_visibility="private",
            concurrency_limit=1,
            show_progress_on=self.answer,
        )
        if typed:
            gradio.on(
                [box.change for box in typed],
                self.ask,
                [self.heard, *typed],
                [self.answer, self.timeline, self.scores],
                api_visibility="private",
                concurrency_limit=1,
                show_progress="hidden",
                trigger_mode="always_last",
            )

    def add_words(self, gradio):
        """Boxes of words and prompts, with the scores beside them."""
        own = ", ".join(self.listener.labels), "\n".join(self.listener.prompts)
        gradio.HTML(shown.heading("Sound compared with words"))
        with gradio.Row():
            with gradio.Column():
                words = gradio.Textbox(
                    own[0],
                    label="Emotion words",
                    info="Separated by commas. Add one, any word.",
                    elem_id="words",
                )
                prompts = gradio.Textbox(
                    own[1],
                    label="Prompts",
                    info=_PROMPTS,
                    placeholder="The model's own.",
                    lines=4,
                    max_lines=12,
                    elem_id="prompts",
                )
                back = gradio.Button("Back to the model's own", size="sm")
            with gradio.Column():
                self.scores = gradio.HTML(shown.no_scores(), elem_id="scores")
        back.click(
            lambda: own, None, [words, prompts], api_visibility="private"
        )
        return [words, prompts]

    def hear(self, path, *typed):
        """A recording was given, or taken away."""
        if path is None:
            return self.show(None, shown.waiting(self.limits))
        try:
            check_length(path, self.limits)
            heard = self.listener.hear(path)
        except (ValueError, OSError) as error:
            told = str(error).replace(str(path), Path(path).name)
            return self.show(None, shown.problem(told))
        finally:
            forget(path, self.folder)
        page = self.show(heard, "")
        if self.listener.trained:
            page |= self.show_prediction(heard.prediction)
            page |= {self.changed: _shown(shown.changed(heard.fusion))}
        if typed:
            page |= self.ask(heard, *typed)
        return page

    def ask(self, heard, words, prompts):
        """Words or prompts were typed: sound is not heard again."""
        if heard is None:
            return {self.scores: shown.no_scores()}
        try:
            words, prompts = read_words(words), read_prompts(prompts)
            check_number(words, prompts)
            asked = self.listener.ask(heard, words, prompts)
        except ValueError as error:
            return {self.scores: shown.problem(str(error))}
        page = {self.scores: shown.scores(asked, self.listener.trained)}
        if not self.listener.trained:
            page |= self.show_prediction(asked.prediction)
        return page

    def show(self, heard, answer):
        """A page without further parts."""
        page = {self.heard: heard, self.answer: answer}
        page |= {self.timeline: _shown(""), self.changed: _shown("")}
        if self.listener.zero_shot:
            page[self.scores] = shown.no_scores()
        return page

    def show_prediction(self, prediction):
        """An answer and, of long recordings, its course."""
        return {
            self.answer: shown.answer(prediction),
            self.timeline: _shown(shown.timeline(prediction)),
        }


def _shown(text):
    """A part that takes no room without content."""
    return import_gradio().update(value=text, visible=bool(text))
