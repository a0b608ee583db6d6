"""What a trained network learned: its answers, its weights and its feature maps as figures and as pictures."""
