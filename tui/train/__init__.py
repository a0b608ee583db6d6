"""The Train tab: the plan, the session, its curves."""
