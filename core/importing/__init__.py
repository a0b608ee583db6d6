"""Import of models from other tools as presets."""
