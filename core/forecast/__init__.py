"""Forecasts: what a training will come to, said before it begins, and compared with what it was."""
