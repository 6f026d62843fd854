"""What a run imports and asks for at its start, done beforehand; for the
server, whose processes then begin at once.
"""

import resumable_run  # noqa: F401
import torch._dynamo  # noqa: F401
import torch.distributed.tensor  # noqa: F401
import transformers.models.auto.feature_extraction_auto  # noqa: F401
import transformers.models.clap.modeling_clap
import transformers.models.hubert.modeling_hubert
import transformers.models.wavlm.modeling_wavlm  # noqa: F401

import speechbrain_zsfuse.experiment.run
import speechbrain_zsfuse.experiment.scoring
import speechbrain_zsfuse.lobes.clap  # noqa: F401
from speechbrain_zsfuse.experiment.console import describe_environment

describe_environment()
