"""Runs: trainings saved on disk, listed, searched, compared, resumed and deleted."""
