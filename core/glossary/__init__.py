"""The glossary: terms with definitions, formulas and curves, and where they are in a network. Loaded when asked for."""
