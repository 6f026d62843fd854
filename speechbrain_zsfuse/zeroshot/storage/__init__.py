"""The inside of a store of answers: how they lie in the file, who is using
them, and what keeps a store that has grown in order.
"""
