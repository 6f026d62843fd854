"""A run, from its YAML to its last file; `protocol/` is the paper's."""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.experiment.configuration.arguments import (
        find_yaml as find_yaml,
        parse_arguments as parse_arguments,
    )
    from speechbrain_zsfuse.experiment.configuration.composition import (
        compose as compose,
    )
    from speechbrain_zsfuse.experiment.endings import (
        explain_errors as explain_errors,
    )
    from speechbrain_zsfuse.experiment.run import (
        finish as finish,
        load as load,
        prepare as prepare,
        start as start,
    )
    from speechbrain_zsfuse.experiment.scoring import score as score

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "compose": "configuration.composition",
        "explain_errors": "endings",
        "find_yaml": "configuration.arguments",
        "finish": "run",
        "load": "run",
        "parse_arguments": "configuration.arguments",
        "prepare": "run",
        "score": "scoring",
        "start": "run",
    },
)
