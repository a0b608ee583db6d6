"""The static rules: what they find, what they leave alone, and remedies that remedy."""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec.structs import replace

from core import presets
from core.diagnosis import Finding, Fix, static_findings
from core.diagnosis.rule import STATIC_RULES
from core.diagnosis.rules.image import seen
from core.diagnosis.static_context import StaticContext
from core.network.architecture import Architecture
from core.network.initializers import RandomNormal, Zeros
from core.network.layers import Dense, Facts, Flatten, Layer, MaxPooling2D
from core.network.layers import arguments as arg
from core.network.shapes import Shape, output_size
from core.network.summary import summarize
from core.plan.plan import Plan
from tests.core.diagnosis.cases import CASES, HEALTHY, Case
from tests.core.generated import architectures, instances, layers

END = (Dense(10, "softmax"),)

SHIPPED = {
    "deep-sigmoid-49": ["inputs-not-scaled", "flat-slopes"],
    "deep-sigmoid-9": ["inputs-not-scaled", "flat-slopes"],
    "deep-sigmoid-99": ["inputs-not-scaled", "flat-slopes"],
    "mlp-500-300-binary": ["binary-loss-on-softmax"],
    "mlp-64-64-binary": ["binary-loss-on-softmax"],
    "sigmoid-400": ["inputs-not-scaled"],
    "sigmoid-400x4": ["inputs-not-scaled"],
    "sigmoid-60": ["inputs-not-scaled"],
}
"""The shipped presets that show a mistake, each on purpose. All others are sound."""


def found(architecture: Architecture, plan: Plan) -> tuple[Finding, ...]:
    return static_findings(architecture, plan, summarize(architecture))


def codes(architecture: Architecture, plan: Plan) -> list[str]:
    return [finding.code for finding in found(architecture, plan)]


def after(remedy: Fix) -> list[str]:
    return codes(remedy.architecture, remedy.plan)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_mistake_is_found_with_its_numbers(case: Case) -> None:
    findings = found(case.architecture, case.plan)
    (finding,) = [one for one in findings if one.code == case.code]
    assert (finding.layer, finding.evidence) == (case.layer, case.evidence)
    assert finding.cause
    assert finding.fixes
    assert {one.code for one in findings} == {case.code, *case.also}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_remedy_cures_and_does_no_other_harm(case: Case) -> None:
    before = codes(case.architecture, case.plan)
    for finding in found(case.architecture, case.plan):
        for remedy in finding.fixes:
            assert remedy.label
            assert (remedy.architecture, remedy.plan) != (case.architecture, case.plan)
            assert finding.code not in after(remedy), remedy.label
            assert set(after(remedy)) < set(before), remedy.label
            assert not summarize(remedy.architecture).errors


@pytest.mark.parametrize(("architecture", "plan"), HEALTHY)
def test_what_is_sound_is_left_alone(architecture: Architecture, plan: Plan) -> None:
    assert codes(architecture, plan) == []


@pytest.mark.parametrize("preset", sorted(presets.SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_the_shipped_presets_show_the_mistakes_they_are_there_for(preset: Path) -> None:
    held = presets.load(preset)
    assert codes(held.architecture, held.plan) == SHIPPED.get(preset.stem, [])


@pytest.mark.parametrize("rule", STATIC_RULES, ids=lambda rule: rule.__name__)
def test_every_rule_has_a_case(rule: Callable[[StaticContext], Iterator[Finding]]) -> None:
    assert any([*rule(StaticContext(case.architecture, case.plan, summarize(case.architecture)))] for case in CASES)


@settings(max_examples=300)
@given(architectures(), instances(Plan, wide=True))
def test_nothing_is_raised_whatever_the_architecture(architecture: Architecture, plan: Plan) -> None:
    for finding in found(architecture, plan):
        assert finding.evidence.isprintable()
        assert finding.layer is None or 0 <= finding.layer <= len(architecture.layers)


TRAILING = ("Activation", "BatchNormalization", "Dropout", "Flatten", "GaussianNoise", "LayerNormalization", "PReLU")


def classifiers() -> SearchStrategy[Architecture]:
    """Networks that take images; many give a number for each class."""
    dense = instances(Dense).flatmap(lambda one: st.sampled_from([one, replace(one, units=10)]))
    stacks = st.tuples(
        st.lists(layers(), max_size=3), st.just([Flatten()]), st.lists(dense, min_size=1, max_size=3),
        st.lists(layers(TRAILING), max_size=3),
    )  # fmt: skip
    return stacks.map(lambda parts: Architecture((28, 28, 1), tuple(chain.from_iterable(parts))))


@settings(max_examples=250)
@given(classifiers(), instances(Plan))
def test_each_remedy_cures_whatever_the_network(architecture: Architecture, plan: Plan) -> None:
    for finding in found(architecture, plan):
        for remedy in finding.fixes:
            assert finding.code not in after(remedy), remedy.label


def test_a_code_is_told_once_and_with_at_least_one_remedy() -> None:
    many = Architecture((28, 28, 1), (Flatten(), *[Dense(3, kernel_initializer=RandomNormal(stddev=9.0))] * 5, *END))
    findings = found(many, Plan(batch_size=2))
    assert [finding.code for finding in findings] == ["initial-spread", "bottleneck"]
    assert [finding.layer for finding in findings] == [2, 2]
    assert [remedy.label for finding in findings for remedy in finding.fixes] == [
        "set suitable initializers in 5 layers",
        "set units=10",
    ]


def test_what_stands_before_an_error_is_judged_and_nothing_after_it() -> None:
    bad = Dense(64, kernel_initializer=RandomNormal(stddev=9.0))
    stack = (Flatten(), bad, MaxPooling2D(), bad, *END)
    (finding,) = found(Architecture((28, 28, 1), stack), Plan())
    assert (finding.code, finding.layer) == ("initial-spread", 2)
    assert "more" not in finding.evidence


def test_an_empty_architecture_has_no_findings() -> None:
    assert codes(Architecture((28, 28, 1)), Plan(pixels="0..255", batch_size=1)) == []


class _Odd(Layer, frozen=True):
    """A layer with a kernel that the rules know nothing of."""

    kernel_initializer: arg.InitializerArg = Zeros()

    def derive(self, x: Shape) -> Facts:
        return Facts(x)


def test_a_layer_with_an_unknown_kernel_is_passed_by() -> None:
    assert codes(Architecture((28, 28, 1), (Flatten(), _Odd(), *END)), Plan()) == []


@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 6), st.sampled_from(["valid", "same", 0, 1, 5]))
def test_the_pixels_under_a_window_are_counted(size: int, kernel: int, gap: int, padding: str | int) -> None:
    placed = output_size("height", size, kernel, kernel + gap, padding)
    assume(placed.output > 0)
    under = {stop * (kernel + gap) + cell - placed.before for stop in range(placed.output) for cell in range(kernel)}
    assert seen(placed) == len(under & set(range(size)))


def test_a_window_that_leaves_no_gaps_sees_all() -> None:
    assert seen(output_size("height", 7, 3, 3, "valid")) == 7
