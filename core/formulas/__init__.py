"""Formulas over real numbers, evaluated and shown from one text: activations, losses, updates of weights."""
