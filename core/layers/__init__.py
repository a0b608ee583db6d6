"""Keras's layers as LayerLab knows them. Importing this package defines them all."""

from core.layers.activation import ELU, LeakyReLU, PReLU
from core.layers.base import Facts, Fix, Layer, Unfit, Warn
from core.layers.convolution import Conv1D, Conv2D, Conv2DTranspose, DepthwiseConv2D, SeparableConv2D
from core.layers.core import Activation, Dense, Input
from core.layers.images import Rescaling, Resizing, UpSampling2D, ZeroPadding2D
from core.layers.normalization import BatchNormalization, LayerNormalization
from core.layers.pooling import (
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling1D,
    MaxPooling2D,
)
from core.layers.recurrent import GRU, LSTM, Bidirectional, SimpleRNN
from core.layers.regularization import Dropout, GaussianNoise, SpatialDropout2D
from core.layers.reshaping import Flatten, Reshape

__all__ = [
    "ELU",
    "GRU",
    "LSTM",
    "Activation",
    "AveragePooling2D",
    "BatchNormalization",
    "Bidirectional",
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Facts",
    "Fix",
    "Flatten",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "Input",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "MaxPooling1D",
    "MaxPooling2D",
    "PReLU",
    "Rescaling",
    "Reshape",
    "Resizing",
    "SeparableConv2D",
    "SimpleRNN",
    "SpatialDropout2D",
    "Unfit",
    "UpSampling2D",
    "Warn",
    "ZeroPadding2D",
]
