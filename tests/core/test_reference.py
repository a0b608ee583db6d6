"""The published networks and the lecture's worked examples, against the numbers that were published with them."""

import pytest

from core import presets
from core.fields.struct import write
from core.network.architecture import Architecture
from core.network.layers import Conv2D, Dense
from core.network.summary import Summary, summarize
from core.plan.losses import BinaryCrossentropy, CategoricalCrossentropy
from core.plan.optimizers import SGD
from core.plan.plan import Plan
from core.presets import Preset
from core.readiness import blockers

# id: parameters, of these not trainable
NETWORKS = {
    "ffnn-10": (7_960, 0),
    "ffnn-500": (397_510, 0),
    "ffnn-500-300-dropout": (545_810, 0),
    "sigmoid-400": (318_010, 0),
    "sigmoid-60": (47_710, 0),
    "deep-sigmoid-9": (8_065, 0),
    "deep-sigmoid-49": (63_465, 0),
    "deep-sigmoid-99": (177_715, 0),
    "sigmoid-400x4": (799_210, 0),
    "mlp-600-100": (532_110, 0),
    "mlp-600-100-bn": (534_910, 1_400),
    "mlp-600-100-bn-dropout": (534_910, 1_400),
    "mlp-500-250-125": (550_385, 0),
    "mlp-500-250-125-bn-dropout": (553_885, 1_750),
    "mlp-700-350-200-100-50": (890_710, 0),
    "mlp-700-350-200-100-50-bn-dropout": (896_310, 2_800),
    "mlp-64-64": (55_050, 0),
    "mlp-64-64-binary": (55_050, 0),
    "mlp-500-300-binary": (545_810, 0),
    "mlp-500-300-l2": (545_810, 0),
    "convnet-32-32": (65_642, 0),
    "bn-512-128-64": (479_306, 1_408),
    "bn-512-128-128-64": (496_330, 1_664),
    "bn-512-128-128-64-64-64": (505_162, 1_920),
    "lenet-5": (61_706, 0),
    "keras-convnet": (34_826, 0),
    "alexnet": (62_378_344, 0),
    "vgg-16": (138_357_544, 0),
    "vgg-19": (143_667_240, 0),
}

# id: output shape, parameters
LECTURE: dict[str, tuple[tuple[int, ...], int]] = {
    "lecture-7x7-stride-1": ((5, 5, 1), 10),
    "lecture-7x7-stride-2": ((3, 3, 1), 10),
    "lecture-7x7-stride-3": ((2, 2, 1), 10),
    "lecture-7x7-stride-3-padded": ((3, 3, 1), 10),
    "lecture-3x3-filter-2x2": ((2, 2, 1), 4),
    "lecture-32x32x3-pad-2": ((32, 32, 10), 760),
    "lecture-36x36x3": ((32, 32, 10), 760),
}

ARITHMETIC_ONLY = {"alexnet", "vgg-16", "vgg-19", *LECTURE}
ALL = sorted([*NETWORKS, *LECTURE])

# id: optimizer, learning rate, batch size, epochs, validation, pixels
PLANS = {
    "ffnn-10": ("RMSprop", 0.001, 256, 10, "test", "0..1"),
    "ffnn-500": ("RMSprop", 0.001, 256, 100, "test", "0..1"),
    "ffnn-500-300-dropout": ("RMSprop", 0.001, 256, 100, "test", "0..1"),
    **dict.fromkeys(
        ("sigmoid-400", "sigmoid-60", "deep-sigmoid-9", "deep-sigmoid-49", "deep-sigmoid-99"),
        ("SGD", 0.01, 128, 10, 0.1, "0..255"),
    ),
    "sigmoid-400x4": ("SGD", 0.01, 128, 40, 0.1, "0..255"),
    **dict.fromkeys(
        [name for name in NETWORKS if name.startswith(("mlp-600", "mlp-500-250", "mlp-700"))],
        ("Adam", 0.001, 128, 20, "test", "0..1"),
    ),
    "mlp-64-64": ("SGD", 0.1, 128, 10, "test", "0..1"),
    "mlp-64-64-binary": ("SGD", 0.01, 128, 10, "test", "0..1"),
    "mlp-500-300-binary": ("SGD", 0.01, 128, 40, "test", "0..1"),
    "mlp-500-300-l2": ("SGD", 0.1, 32, 10, "test", "0..1"),
    "convnet-32-32": ("SGD", 0.1, 32, 4, "test", "0..1"),
    **dict.fromkeys(
        [name for name in NETWORKS if name.startswith("bn-")], ("SGD", 0.01, 128, 20, "test", "0..1")
    ),
    "lenet-5": ("Adam", 0.001, 128, 10, "test", "0..1"),
    "keras-convnet": ("Adam", 0.001, 128, 15, 0.1, "0..1"),
}  # fmt: skip


def shipped(name: str) -> Preset:
    return presets.load(presets.SHIPPED / f"{name}.toml")


def summary_of(name: str) -> Summary:
    return summarize(shipped(name).architecture)


def test_every_network_is_a_preset_and_no_other() -> None:
    assert sorted(preset.id for preset in presets.listed()) == ALL


@pytest.mark.parametrize("name", NETWORKS)
def test_parameters_are_the_published_ones(name: str) -> None:
    params, not_trainable = NETWORKS[name]
    totals = summary_of(name).totals
    assert (totals.params, totals.trainable, totals.non_trainable) == (params, params - not_trainable, not_trainable)


@pytest.mark.parametrize("name", LECTURE)
def test_worked_examples_come_out_as_in_the_lecture(name: str) -> None:
    summary = summary_of(name)
    assert (summary.output, summary.totals.params) == LECTURE[name]


@pytest.mark.parametrize("name", ALL)
def test_a_preset_is_complete_and_comes_back_from_its_text(name: str) -> None:
    preset = shipped(name)
    assert preset.name
    assert preset.description
    assert preset.origin
    assert presets.loads(presets.dumps(preset), name) == preset


@pytest.mark.parametrize("name", ALL)
def test_a_preset_is_trainable_where_its_input_is_the_datasets(name: str) -> None:
    preset = shipped(name)
    found = [problem.code for problem in blockers(preset.architecture, preset.plan, summarize(preset.architecture))]
    assert found == (["not-the-datasets-input"] if name in ARITHMETIC_ONLY else [])


@pytest.mark.parametrize("name", PLANS)
def test_plans_are_the_published_ones(name: str) -> None:
    plan = shipped(name).plan
    found = (type(plan.optimizer).__name__, plan.optimizer.learning_rate, plan.batch_size, plan.epochs)
    assert (*found, plan.validation, plan.pixels) == PLANS[name]
    assert isinstance(plan.loss, BinaryCrossentropy if name.endswith("-binary") else CategoricalCrossentropy)


def test_every_network_but_those_for_arithmetic_has_a_plan_of_its_own() -> None:
    assert set(PLANS) == set(NETWORKS) - ARITHMETIC_ONLY
    for name in ARITHMETIC_ONLY:
        assert shipped(name).plan == Plan()


def test_initial_spreads_are_the_published_ones() -> None:
    spreads = {
        "mlp-600-100": [0.062, 0.125],
        "mlp-600-100-bn": [0.039, 0.55],
        "mlp-600-100-bn-dropout": [0.039, 0.55],
        "mlp-500-250-125": [0.062, 0.125, 0.125],
        "mlp-500-250-125-bn-dropout": [0.039, 0.55, 0.55],
        "mlp-700-350-200-100-50": [0.062, 0.125, 0.25, 0.1, 0.5],
        "mlp-700-350-200-100-50-bn-dropout": [0.039, 0.25, 0.55, 0.15, 0.3],
    }
    for name, published in spreads.items():
        dense = [layer for layer in shipped(name).architecture.layers if isinstance(layer, Dense)]
        initial = [write(layer).get("kernel_initializer") for layer in dense]
        assert initial == [*({"name": "RandomNormal", "stddev": spread} for spread in published), None]


def test_a_stride_that_does_not_fit_is_said_and_the_padding_that_mends_it() -> None:
    (problem,) = summary_of("lecture-7x7-stride-3").problems
    assert problem.code == "uneven-stride"
    assert "(7 - 3)/3 + 1 = 2.33" in problem.message
    assert problem.fix is not None
    mended = shipped("lecture-7x7-stride-3").architecture.apply_fix(1, problem.fix)
    assert mended == shipped("lecture-7x7-stride-3-padded").architecture
    assert summarize(mended).problems == ()


def test_the_padding_is_advised_with_the_size_along_the_axis_of_the_message() -> None:
    (problem,) = summarize(Architecture((28, 7, 1), (Conv2D(1, (3, 3), strides=(1, 3)),))).problems
    assert problem.code == "uneven-stride"
    assert "(7 - 3)/3 + 1 = 2.33" in problem.message
    assert problem.message.endswith("padding 1 gives exactly 3")


def test_seventy_six_parameters_a_filter() -> None:
    (layer,) = shipped("lecture-32x32x3-pad-2").architecture.layers
    assert isinstance(layer, Conv2D)
    facts = layer.facts((32, 32, 3))
    assert facts.params == 760 == 76 * layer.filters


def test_the_hand_count_of_784_400_10() -> None:
    """318,610 was one student's count; the right one is 313,600 + 4,000 weights and 410 biases."""
    totals = summary_of("sigmoid-400").totals
    assert (totals.weights, totals.biases, totals.params) == (313_600 + 4_000, 410, 318_010)


def test_the_mistake_is_kept_a_mistake() -> None:
    """Binary cross-entropy over a softmax: the lesson would be gone if someone mended it."""
    for name in ("mlp-64-64-binary", "mlp-500-300-binary"):
        preset = shipped(name)
        last = preset.architecture.layers[-1]
        assert isinstance(preset.plan.loss, BinaryCrossentropy)
        assert isinstance(preset.plan.optimizer, SGD)
        assert isinstance(last, Dense)
        assert last.activation == "softmax"


@pytest.mark.keras
def test_the_filter_is_not_flipped() -> None:
    """Input 0..8, filter 0..3: 19 25 / 37 43, the cross-correlation, as Keras computes it."""
    import numpy as np

    from core.keras_runtime.keras_model import build

    model = build(shipped("lecture-3x3-filter-2x2").architecture, 1)
    model.layers[0].set_weights([np.arange(4, dtype=np.float32).reshape(2, 2, 1, 1)])
    found = model(np.arange(9, dtype=np.float32).reshape(1, 3, 3, 1)).numpy()
    assert found.reshape(2, 2).tolist() == [[19, 25], [37, 43]]


@pytest.mark.keras
@pytest.mark.parametrize("name", [name for name in ALL if NETWORKS.get(name, (0, 0))[0] < 1_000_000])
def test_keras_counts_the_same(name: str) -> None:
    from core.keras_runtime.keras_model import build

    summary = summary_of(name)
    model = build(shipped(name).architecture, 1)
    assert model.count_params() == summary.totals.params
    assert tuple(model.output_shape[1:]) == summary.output
