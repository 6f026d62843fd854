"""What a frozen model says of a clip: prompts, scores, where they are kept."""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.zeroshot.amplification import (
        REPEATS as REPEATS,
        Sweep as Sweep,
        count_passes as count_passes,
        sweep as sweep,
    )
    from speechbrain_zsfuse.zeroshot.clips import (
        Clip as Clip,
        identify_clips as identify_clips,
    )
    from speechbrain_zsfuse.zeroshot.ensembles import (
        average_embeddings as average_embeddings,
        learn_weights as learn_weights,
        pool_similarities as pool_similarities,
    )
    from speechbrain_zsfuse.zeroshot.ledger.contamination import (
        contamination as contamination,
    )
    from speechbrain_zsfuse.zeroshot.ledger.entries import (
        read_ledger as read_ledger,
    )
    from speechbrain_zsfuse.zeroshot.listening import (
        encode_files as encode_files,
    )
    from speechbrain_zsfuse.zeroshot.prompt_sets.finding import (
        find_prompts as find_prompts,
        known_sets as known_sets,
    )
    from speechbrain_zsfuse.zeroshot.prompt_sets.prompt_set import (
        PromptSet as PromptSet,
    )
    from speechbrain_zsfuse.zeroshot.prompts import (
        PAPER_TEMPLATES as PAPER_TEMPLATES,
        amplify as amplify,
        build_prompts as build_prompts,
        labels_without_words as labels_without_words,
        prompts_hash as prompts_hash,
    )
    from speechbrain_zsfuse.zeroshot.rounds import (
        ask_missing as ask_missing,
        fill_store as fill_store,
        in_chunks as in_chunks,
    )
    from speechbrain_zsfuse.zeroshot.scorer import (
        ZeroShotScorer as ZeroShotScorer,
        text_bank as text_bank,
        zero_shot_scores as zero_shot_scores,
    )
    from speechbrain_zsfuse.zeroshot.scores import (
        fit_source as fit_source,
        read_scores as read_scores,
        score_manifests as score_manifests,
    )
    from speechbrain_zsfuse.zeroshot.source import (
        DualEncoderSource as DualEncoderSource,
        ScoreSource as ScoreSource,
    )
    from speechbrain_zsfuse.zeroshot.store import (
        AnswerKey as AnswerKey,
        AnswerStore as AnswerStore,
    )
    from speechbrain_zsfuse.zeroshot.words import (
        EMOTION_WORDS as EMOTION_WORDS,
        find_words as find_words,
    )

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "AnswerKey": "store",
        "AnswerStore": "store",
        "Clip": "clips",
        "DualEncoderSource": "source",
        "EMOTION_WORDS": "words",
        "PAPER_TEMPLATES": "prompts",
        "PromptSet": "prompt_sets.prompt_set",
        "REPEATS": "amplification",
        "ScoreSource": "source",
        "Sweep": "amplification",
        "ZeroShotScorer": "scorer",
        "amplify": "prompts",
        "ask_missing": "rounds",
        "average_embeddings": "ensembles",
        "build_prompts": "prompts",
        "contamination": "ledger.contamination",
        "count_passes": "amplification",
        "encode_files": "listening",
        "find_prompts": "prompt_sets.finding",
        "find_words": "words",
        "fit_source": "scores",
        "fill_store": "rounds",
        "identify_clips": "clips",
        "in_chunks": "rounds",
        "known_sets": "prompt_sets.finding",
        "labels_without_words": "prompts",
        "learn_weights": "ensembles",
        "pool_similarities": "ensembles",
        "prompts_hash": "prompts",
        "read_ledger": "ledger.entries",
        "read_scores": "scores",
        "score_manifests": "scores",
        "sweep": "amplification",
        "text_bank": "scorer",
        "zero_shot_scores": "scorer",
    },
)
