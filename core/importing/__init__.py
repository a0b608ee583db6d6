"""What other tools have made, brought in as presets."""
