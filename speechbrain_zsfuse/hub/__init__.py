"""Publish and fetch models."""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.hub.convert import (
        convert_checkpoint as convert_checkpoint,
    )
    from speechbrain_zsfuse.hub.publishing.publish import publish as publish
    from speechbrain_zsfuse.hub.publishing.push import push as push

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "convert_checkpoint": "convert",
        "publish": "publishing.publish",
        "push": "publishing.push",
    },
)
