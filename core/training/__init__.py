"""Training as a session that tells what happens: a plan in, events out, a few commands."""
