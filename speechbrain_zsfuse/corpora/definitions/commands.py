"""The command ``zsfuse corpora``: its docstring is the help."""

from typing import Annotated

import typer

corpora_app = typer.Typer(rich_markup_mode=None)


@corpora_app.command()
def corpora(
    name: Annotated[
        str | None,
        typer.Argument(help="One of them, or the path of a definition (YAML)."),
    ] = None,
):
    """Show the corpora that need no code, or one of them.

    \b
    zsfuse corpora
    zsfuse corpora emodb
    zsfuse corpora my_corpus.yaml
    """
    from speechbrain_zsfuse.corpora.definitions import telling

    told = telling.tell_definition(name) if name else telling.tell_list()
    print(told)
