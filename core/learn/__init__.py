"""Exercises about the arithmetic of networks, generated from a seed, and the checking of what a student answers.

Also a neuron, a convolution and softmax as values that are worked by hand.
"""
