"""The pictures of the README, taken from the app itself: ``uv run python -m tests.pictures``."""
