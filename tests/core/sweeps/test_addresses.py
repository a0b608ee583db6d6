"""Fields by address: each can be read and set, and a wrong one is met with the nearest."""

import pytest

from core import presets
from core.fields.struct import FieldStruct
from core.fields.types import FieldError
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten
from core.plan.plan import EarlyStopping
from core.presets import Preset
from core.sweeps.addresses import addresses, value_at, with_field

L2 = presets.load(presets.find("mlp-500-300-l2"))
ALL = [presets.load(listed.path) for listed in presets.listed()]


@pytest.mark.parametrize("preset", ALL, ids=lambda preset: preset.name)
def test_every_field_set_to_its_own_value_is_as_it_was(preset):
    found = addresses(preset)
    assert len(found) == len(set(found))
    for address in found:
        place, *path = address.split(".")
        value: object = preset.plan if place == "plan" else preset.architecture.layers[int(place[7:-1])]
        for name in path:
            if not isinstance(value, FieldStruct):
                break  # a table that is not set
            kind = next(each.type for each in presets_fields(value) if each.name == name)
            value = getattr(value, name)
        else:
            if value is not None:
                assert with_field(preset, address, kind.write(value)) == preset


def presets_fields(value):
    from core.fields.struct import fields_of

    return fields_of(type(value))


@pytest.mark.parametrize(
    ("address", "raw", "shown"),
    [
        ("layers[1].kernel_regularizer.l2", 0.5, "0.5"),
        ("layers[2].kernel_regularizer.l1", 0.25, "0.25"),
        ("layers[1].units", 7, "7"),
        ("plan.optimizer.learning_rate", 0.5, "0.5"),
        ("plan.optimizer", {"name": "Adam", "beta_1": 0.8}, "Adam(beta_1=0.8)"),
        ("plan.early_stopping.patience", 3, "3"),
        ("plan.validation", 0.8, "0.8"),
    ],
)
def test_a_field_is_set_and_nothing_else(address, raw, shown):
    changed = with_field(L2, address, raw)
    assert value_at(changed, address) == shown
    above = address.rpartition(".")[0]
    others = [each for each in addresses(L2) if not each.startswith((above, address))]
    assert [value_at(changed, each) for each in others] == [value_at(L2, each) for each in others]


def test_a_table_that_is_not_set_begins_with_its_defaults():
    assert with_field(L2, "plan.early_stopping.patience", 3).plan.early_stopping == EarlyStopping(patience=3)


@pytest.mark.parametrize(
    ("address", "nearest"),
    [
        ("plan.optimiser.learning_rate", "plan.optimizer.learning_rate"),
        ("layers[1].kernel_regularizer.l3", "layers[1].kernel_regularizer.l1"),
        ("layers[9].units", "layers[1].units"),
        ("layers[0].units", "layers[1].units"),
        ("epochs", "plan.epochs"),
        ("plan.epochs.more", "plan.epochs"),
        ("plan", "plan.loss"),
        ("", "plan."),
        ("layers[-1].units", "layers[1].units"),
        ("layers[99999999999999].units", "layers[1].units"),
    ],
)
def test_what_does_not_exist_is_met_with_the_nearest(address, nearest):
    with pytest.raises(FieldError, match="has no field") as refused:
        with_field(L2, address, 1)
    assert f"the nearest is {nearest}" in str(refused.value)


@pytest.mark.parametrize(("address", "raw"), [("plan.epochs", -1), ("layers[1].units", "x"), ("plan.optimizer", "Adm")])
def test_a_value_that_the_field_refuses_names_the_address(address, raw):
    with pytest.raises(FieldError, match=r"^(plan|layers)") as refused:
        with_field(L2, address, raw)
    assert str(refused.value).startswith(f"{address}: ")


def test_a_preset_without_layers_has_the_fields_of_its_plan():
    empty = Preset("empty", Architecture((28, 28)))
    assert all(address.startswith("plan.") for address in addresses(empty))
    with pytest.raises(FieldError, match="has no field"):
        with_field(empty, "layers[0].units", 1)


def test_what_is_not_there_has_no_value():
    short = Preset("short", Architecture((28, 28), (Flatten(), Dense(10))))
    assert value_at(short, "layers[7].units") == "nothing"
    assert value_at(short, "layers[0].units") == "nothing"
    assert value_at(short, "layers[1].kernel_regularizer") == "nothing"
