"""The sections of a lab report, one module each."""
