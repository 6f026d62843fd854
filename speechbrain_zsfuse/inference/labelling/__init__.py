"""Labels for many recordings: what lies where, read ahead, in batches, to the
terminal, to a file, or to Parquet files that survive a kill. Opening it loads
no torch.
"""
