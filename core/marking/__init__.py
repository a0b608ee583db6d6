"""Assignments: tasks with checks that a run meets or does not."""
