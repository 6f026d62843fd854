"""The Brain, its loop, its data sets and batches, checkpoints that survive."""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.training.batching import (
        TrainingBatches as TrainingBatches,
        evaluation_batches as evaluation_batches,
    )
    from speechbrain_zsfuse.training.brain import ZSFuseBrain as ZSFuseBrain
    from speechbrain_zsfuse.training.checkpoints import (
        SafeCheckpointer as SafeCheckpointer,
    )
    from speechbrain_zsfuse.training.dataio import (
        load_datasets as load_datasets,
        vote_distribution as vote_distribution,
    )
    from speechbrain_zsfuse.training.loop import TrainingBrain as TrainingBrain
    from speechbrain_zsfuse.training.schedules import (
        learning_rate_factor as learning_rate_factor,
    )

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "SafeCheckpointer": "checkpoints",
        "TrainingBatches": "batching",
        "TrainingBrain": "loop",
        "ZSFuseBrain": "brain",
        "evaluation_batches": "batching",
        "learning_rate_factor": "schedules",
        "load_datasets": "dataio",
        "vote_distribution": "dataio",
    },
)
