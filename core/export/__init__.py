"""What is made for other tools: a Keras script, tables of figures."""
