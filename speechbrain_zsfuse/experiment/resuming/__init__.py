"""Does a run go on with what it was begun with? Facts about its inputs, noted
when training begins, and compared at each step of every later start.
"""
