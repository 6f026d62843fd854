"""The paper's tables, made from anybody's results, its numbers beside."""
