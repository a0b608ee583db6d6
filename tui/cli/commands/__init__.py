"""The commands of `layerlab`, one module each; none is imported before it is asked for."""
