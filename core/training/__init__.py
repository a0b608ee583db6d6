"""Training as a session: a plan goes in, events come out, a few commands control it."""
