"""Many runs of a recipe from one file: encoders by audio-language models by
folds by seeds. Opening it loads no torch; checking a grid does.
"""
