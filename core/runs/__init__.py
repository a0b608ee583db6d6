"""Runs: every training kept on disk, found again, compared, resumed, taken away."""
