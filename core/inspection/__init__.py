"""What a trained network has learned: its predictions, weights and feature maps as numbers and images."""
