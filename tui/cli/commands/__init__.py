"""The commands of `layerlab`, one module each; each imported only when it is called."""
