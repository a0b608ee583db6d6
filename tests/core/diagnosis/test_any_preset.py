"""The rules that need no training have an answer for whatever a person builds: none of them raises."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.diagnosis.problems import architecture_problems
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten
from core.network.summary import summarize
from core.plan.plan import Plan
from core.presets import Preset
from core.readiness import blockers
from tests.core.generated import architectures, instances, layers, presets


def look(preset: Preset) -> None:
    summary = summarize(preset.architecture)
    for found in (architecture_problems, blockers):
        for problem in found(preset.architecture, preset.plan, summary):
            assert problem.message
            if problem.fix:
                assert problem.fix.label


@given(presets())
def test_whatever_a_file_may_hold(preset: Preset) -> None:
    look(preset)


@given(architectures(wide=False), instances(Plan))
def test_small_stacks_of_any_layers(architecture: Architecture, plan: Plan) -> None:
    look(Preset("any", replace(architecture, input_shape=(28, 28, 1)), plan))


@given(
    st.lists(layers(["Dense", "BatchNormalization", "Activation", "Dropout"]), max_size=4), instances(Plan, wide=True)
)
def test_networks_that_train(hidden: list, plan: Plan) -> None:
    look(Preset("any", Architecture((28, 28, 1), (Flatten(), *hidden, Dense(10, "softmax"))), plan))
