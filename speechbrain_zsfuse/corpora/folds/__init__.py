"""Who trains, who validates, who is tested: folds that share no speaker, and
what can be told of a corpus without hearing it.
"""
