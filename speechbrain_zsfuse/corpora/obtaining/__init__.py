"""A corpus that may be downloaded: fetched, verified, unpacked."""
