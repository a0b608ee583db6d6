"""The Keras layers that LayerLab offers. Importing this package registers them all."""

from core.network.layers.activation import ELU, LeakyReLU, PReLU
from core.network.layers.base import Facts, Layer, LayerError, LayerFix, LayerWarning
from core.network.layers.convolution import Conv2D, Conv2DTranspose
from core.network.layers.convolution_depthwise import DepthwiseConv2D, SeparableConv2D
from core.network.layers.convolution_sequence import Conv1D
from core.network.layers.core import Activation, Dense, Input
from core.network.layers.images import Rescaling, Resizing, UpSampling2D, ZeroPadding2D
from core.network.layers.normalization import BatchNormalization, LayerNormalization
from core.network.layers.pooling import (
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling1D,
    MaxPooling2D,
)
from core.network.layers.recurrent import GRU, LSTM, Bidirectional, SimpleRNN
from core.network.layers.regularization import Dropout, GaussianNoise, SpatialDropout2D
from core.network.layers.reshaping import Flatten, Reshape

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
    "Flatten",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "Input",
    "Layer",
    "LayerError",
    "LayerFix",
    "LayerNormalization",
    "LayerWarning",
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
    "UpSampling2D",
    "ZeroPadding2D",
]
