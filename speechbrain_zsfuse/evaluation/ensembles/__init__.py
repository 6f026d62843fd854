"""Several systems' predictions of the same clips made into one."""
