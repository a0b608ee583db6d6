"""Exercises about the arithmetic of networks, generated from a seed, and the checking of what a student answers."""
