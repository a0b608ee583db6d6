"""What a fix changes, in words and numbers."""

from hypothesis import given
from hypothesis import strategies as some
from msgspec.structs import replace

from core import presets
from core.diagnosis import static_findings
from core.diagnosis.alignment import aligned
from core.diagnosis.fix_preview import FieldChange, preview
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.network.initializers import HeNormal
from core.network.layers import BatchNormalization, Dense, Dropout, Flatten
from core.network.summary import summarize
from core.plan.optimizers import SGD, Adam
from core.plan.plan import Plan

PLAN = Plan()
BEFORE = Architecture((28, 28, 1), (Flatten(), Dense(400, "sigmoid"), Dense(84, "sigmoid"), Dense(10, "softmax")))


def told(architecture: Architecture, plan: Plan = PLAN) -> list[str]:
    return [str(change) for change in preview(BEFORE, PLAN, Fix("", architecture, plan)).changes]


def test_a_changed_layer_is_named_with_the_field_before_and_after():
    after = BEFORE.replace(2, Dense(400, "relu"))
    (change,) = preview(BEFORE, PLAN, Fix("", after, PLAN)).changes
    assert change.fields == (FieldChange("activation", "sigmoid", "relu"),)
    assert str(change) == "layer 2 Dense 400: activation sigmoid -> relu"


def test_where_the_activation_stays_it_is_part_of_the_name():
    assert told(BEFORE.replace(2, Dense(30, "sigmoid"))) == ["layer 2 Dense 400 sigmoid: units 400 -> 30"]


def test_parameters_and_layers_are_counted_before_and_after():
    found = preview(BEFORE, PLAN, Fix("", BEFORE.insert(4, Dense(84, "relu")), PLAN))
    assert found.layers == (4, 5)
    assert found.params == tuple(summarize(one).totals.params for one in (BEFORE, BEFORE.insert(4, Dense(84, "relu"))))
    assert found.params[1] - found.params[0] == 84 * 84 + 84


def test_a_network_that_cannot_be_built_has_no_number():
    broken = Architecture((28, 28, 1), (Dense(4), Flatten(), Flatten(), Flatten()))
    endless = Architecture((28, 28, 1), (Flatten(), Dense(10**6), Dense(10**6)))
    assert preview(endless, PLAN, Fix("", broken, PLAN)).params[0] is None


def test_what_is_inserted_names_what_it_follows_and_what_is_removed_itself():
    assert told(BEFORE.insert(1, BatchNormalization())) == ["after input: BatchNormalization inserted"]
    assert told(BEFORE.insert(3, Dropout(0.5))) == ["after layer 2 Dense 400 sigmoid: Dropout 0.5 inserted"]
    both = BEFORE.insert(3, BatchNormalization()).insert(1, BatchNormalization())
    assert told(both) == ["after input and layer 2 Dense 400 sigmoid: BatchNormalization inserted"]
    assert told(BEFORE.remove(3)) == ["layer 3 Dense 84 sigmoid: removed"]


def test_another_type_is_a_layer_removed_and_another_inserted():
    assert told(BEFORE.replace(3, Dropout(0.5))) == [
        "layer 3 Dense 84 sigmoid: removed",
        "after layer 3 Dense 84 sigmoid: Dropout 0.5 inserted",
    ]


def test_the_input_and_the_plan_are_named_too():
    after = replace(BEFORE, input_shape=(14, 14, 1))
    plan = replace(PLAN, optimizer=SGD(0.5), pixels="0..255")
    assert told(after, plan) == [
        "input: shape 28 x 28 x 1 -> 14 x 14 x 1",
        "plan: pixels 0..1 -> 0..255, optimizer adam -> sgd, optimizer.learning_rate 0.001 -> 0.5",
    ]


def test_equal_changes_are_one():
    deep = Architecture((784,), tuple(Dense(9, "sigmoid") for _ in range(5)))
    fixed = replace(deep, layers=tuple(Dense(9, "elu", kernel_initializer=HeNormal()) for _ in range(5)))
    (change,) = preview(deep, PLAN, Fix("", fixed, PLAN)).changes
    assert len(change.places) == 5
    assert str(change) == (
        "layers 1 Dense 9 to 5 Dense 9 (5 in all): activation sigmoid -> elu, "
        "kernel_initializer glorot_uniform -> he_normal"
    )
    some_changed = replace(deep, layers=(*fixed.layers[:2], *deep.layers[2:]))
    (change,) = preview(deep, PLAN, Fix("", some_changed, PLAN)).changes
    assert str(change).startswith("layers 1 Dense 9, 2 Dense 9: activation")


def test_a_fix_that_changes_nothing_says_nothing():
    assert told(BEFORE) == []
    assert told(BEFORE, replace(PLAN, optimizer=Adam())) == []


def test_every_fix_of_the_presets_changes_something_and_names_it():
    for listed in presets.listed():
        preset = presets.load(presets.find(listed.path.stem))
        plan = replace(preset.plan, pixels="0..255")
        for finding in static_findings(preset.architecture, plan, summarize(preset.architecture)):
            for fix in finding.fixes:
                found = preview(preset.architecture, plan, fix)
                assert found.changes, fix.label
                assert all(change.places and str(change) for change in found.changes)


KINDS = (Dense(9, "relu"), Dense(8, "relu"), Dense(8), Dropout(0.5), Flatten(), BatchNormalization())
stacks = some.lists(some.sampled_from(KINDS), max_size=7)


@given(stacks, stacks)
def test_every_layer_of_both_stacks_is_in_one_pair_in_order(before, after):
    pairs = aligned(before, after)
    assert [left for left, _ in pairs if left is not None] == list(range(len(before)))
    assert [right for _, right in pairs if right is not None] == list(range(len(after)))
    both = [(left, right) for left, right in pairs if left is not None and right is not None]
    assert all(type(before[left]) is type(after[right]) for left, right in both)


@given(stacks, stacks, stacks)
def test_layers_that_are_inserted_leave_the_others_as_they_are(head, inserted, tail):
    pairs = aligned([*head, *tail], [*head, *inserted, *tail])
    assert sum(left is None for left, _ in pairs) == len(inserted)
    assert all(right is not None for _, right in pairs)
