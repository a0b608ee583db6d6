"""Keras's layers that LayerLab does not offer, by name; a test compares them with Keras's own."""

from collections.abc import Mapping

__all__ = ["ABSENT"]

_NAMES = """
ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D
AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add AdditiveAttention AlphaDropout Attention AugMix
AutoContrast Average AveragePooling1D AveragePooling3D AvgPool1D AvgPool3D CategoryEncoding CenterCrop Concatenate
ContrastLimitedAdaptiveHistogramEqualization Conv1DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D
Convolution1DTranspose Convolution3D Convolution3DTranspose Cropping1D Cropping2D Cropping3D CutMix DepthwiseConv1D
Discretization Dot EinsumDense Embedding Equalization FlaxLayer GRUCell GaussianDropout GlobalAveragePooling3D
GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling3D GroupNormalization
GroupQueryAttention GroupedQueryAttention HashedCrossing Hashing Identity InputSpec IntegerLookup JaxLayer LSTMCell
Lambda Layer Masking MaxNumBoundingBoxes MaxPool3D MaxPooling3D Maximum MelSpectrogram Minimum MixUp
MultiHeadAttention Multiply Normalization Permute Pipeline RMSNormalization RNN RandAugment RandomBrightness
RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop RandomElasticTransform RandomErasing RandomFlip
RandomGaussianBlur RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation
RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom RepeatVector ReversibleEmbedding
STFTSpectrogram SeparableConv1D SeparableConvolution1D SimpleRNNCell Solarization SpatialDropout1D SpatialDropout3D
SpectralNormalization StackedRNNCells StringLookup Subtract TFSMLayer TextVectorization TimeDistributed
TorchModuleWrapper UnitNormalization UpSampling1D UpSampling3D Wrapper ZeroPadding3D
"""
_OF_KERAS_2 = "DenseFeatures LocallyConnected1D LocallyConnected2D SyncBatchNormalization ThresholdedReLU"

ABSENT: Mapping[str, str] = {
    **dict.fromkeys(f"{_NAMES} {_OF_KERAS_2}".split(), ""),
    "InputLayer": "set input_shape",
    "ReLU": 'use Activation with activation = "relu"',
    "Softmax": 'use Activation with activation = "softmax"',
    "ZeroPadding1D": "set the padding of Conv1D",
}
"""By name, what to use instead; empty if there is nothing."""
