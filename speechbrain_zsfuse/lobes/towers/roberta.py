"""The roberta-base that LAION-CLAP and CLSP took their text towers from."""

# Where its tokenizer is, and at which commit.
SOURCE = "FacebookAI/roberta-base"
REVISION = "e2da8e2f811d1448a5b465c236feacd80ffbac7b"

# Of its layer norms; configurations of transformers default to 1e-12.
EPSILON = 1e-5
