"""Lessons: steps that tell, ask, let one predict, build, train and look; and how far one has come."""
