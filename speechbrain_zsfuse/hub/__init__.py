"""Publish and fetch models."""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.hub.convert import (
        convert_checkpoint as convert_checkpoint,
    )

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "convert_checkpoint": "convert",
    },
)
