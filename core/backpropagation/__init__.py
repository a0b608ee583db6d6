"""Forward and back through a network with every number and its formula, for one example. No TensorFlow is needed."""
