"""The sections of a lab report, a module each for what it says."""
