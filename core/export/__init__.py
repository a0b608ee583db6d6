"""Exports for other tools: Keras models and scripts, CSV, TensorBoard, lab reports."""
