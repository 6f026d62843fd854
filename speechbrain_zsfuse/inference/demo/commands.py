"""The command ``zsfuse demo``: its docstring is the help.

The work is done in the other files; they are imported when it runs, so that
help is quick.
"""

from typing import Annotated

import typer

from speechbrain_zsfuse.inference.labelling.arguments import AlmPlace, ModelName

demo_app = typer.Typer(rich_markup_mode=None)


@demo_app.command()
def demo(
    model: ModelName,
    labels: Annotated[
        str | None,
        typer.Option(help="With clap=PLACE, the first words: happy,sad."),
    ] = None,
    alm: AlmPlace = None,
    revision: Annotated[
        str | None, typer.Option(help="Commit, of a model on the hub.")
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="Default: a GPU if there is one.")
    ] = None,
    host: Annotated[
        str,
        typer.Option(help="Where to listen. Default: for this computer alone."),
    ] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(help="Default: the first free from 7860 on.")
    ] = None,
    minutes: Annotated[
        float, typer.Option(help="The longest recording that is taken.")
    ] = 10,
    megabytes: Annotated[
        float, typer.Option(help="The largest file that is taken.")
    ] = 50,
):
    """Open a page on this computer: record or drop a clip, see the answer.

    Prompts and emotion words can be changed there. Nothing is sent anywhere;
    recordings are deleted once they are read. Needs
    pip install "speechbrain-zsfuse[demo]".

    \b
    zsfuse demo results/RAVDESS/small_clap/1000
    zsfuse demo published --port 8000
    zsfuse demo clap=laion/clap-htsat-unfused --labels happy,bored
    """
    from speechbrain_zsfuse.inference.demo.limits import Limits
    from speechbrain_zsfuse.inference.demo.listening import Listener
    from speechbrain_zsfuse.inference.demo.local import is_local
    from speechbrain_zsfuse.inference.demo.page import import_gradio
    from speechbrain_zsfuse.inference.demo.serving import (
        serve,
        upload_folder,
        wait,
    )
    from speechbrain_zsfuse.inference.labelling.models import ModelChoice

    words = labels and labels.split(",")
    choice = ModelChoice(model, revision, device, words, alm=alm)
    limits = Limits(minutes, megabytes)
    import_gradio()  # what is missing is said before a model is loaded
    listener = Listener(choice.load_recognizer(), model)
    with (
        upload_folder() as folder,
        serve(listener, limits, folder, host, port) as address,
    ):
        if not is_local(host):
            print(
                "Careful: whoever reaches this computer can use the page and "
                "send it recordings. There is no password, and nothing is "
                "encrypted."
            )
        print(f"{model} is at {address} (Ctrl-C ends it)", flush=True)
        wait()
