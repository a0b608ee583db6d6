"""Every name that Keras takes is taken or said not to be offered, and a suggestion is never a different thing.

What Keras takes is read from its own tables: a name that a newer Keras adds fails here until it is seen to.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from core.fields.registry import Registered, RegisteredField
from core.fields.struct import fields_of, read, write
from core.fields.types import ChoiceField, FieldError, did_you_mean, normalize_name
from core.network.initializers import Initializer, VarianceScaling
from core.network.layers import Dense, Layer, LeakyReLU
from core.network.layers.arguments import ACTIVATIONS, SECOND_NAMES
from core.network.regularizers import ABSENT as NO_REGULARIZERS
from core.network.regularizers import NAMED, Regularizer, RegularizerField
from core.plan.losses import Loss
from core.plan.optimizers import Adam, Optimizer
from core.plan.plan import EarlyStopping, Plan
from core.plan.schedules import Cosine, Exponential, ReduceLROnPlateau, Schedule

NOT_OFFERED = ": Keras has it, LayerLab does not offer it"
FAMILIES: tuple[type[Registered], ...] = (Layer, Initializer, Optimizer, Loss, Schedule)


def told(read_it: Callable[[str], object], name: str) -> str:
    """What is said of ``name``."""
    with pytest.raises(FieldError) as refused:
        read_it(name)
    return str(refused.value)


def assert_taken_as_keras_does(family: type[Registered], name: str, theirs: type[Any]) -> None:
    """``name`` is the member that has the name of the class ``theirs``; or it is said that there is none."""
    kind = RegisteredField(family)
    if theirs.__name__ in family.members:
        for text in (name, f" {name} ", f"{name}()"):
            parsed = kind.parse(text)
            assert type(parsed).__name__ == theirs.__name__, text
            assert write(type(parsed)()) == {}
            assert kind.write(parsed) == parsed.alias()
        assert kind.read({family.tag: name}) == kind.parse(name)
        return
    said = told(kind.parse, name)
    assert NOT_OFFERED in said, said
    assert "did you mean" not in said


def theirs_by_name(*sources: Any) -> dict[str, Any]:
    """What Keras has by each name: in its tables, and in the modules that people import from."""
    found: dict[str, Any] = {}
    for source in sources:
        held = source if isinstance(source, dict) else vars(source)
        found |= {name: made for name, made in held.items() if not name.startswith("_") and callable(made)}
    return {name: made for name, made in found.items() if name not in ("get", "serialize", "deserialize")}


def classes(found: dict[str, Any], module: ModuleType) -> dict[str, type[Any]]:
    """The class behind each name; behind a function that of its own name."""
    by_spelling = {normalize_name(name): made for name, made in vars(module).items() if isinstance(made, type)}
    return {
        name: made if isinstance(made, type) else by_spelling[normalize_name(made.__name__)]
        for name, made in found.items()
    }


@pytest.mark.keras
def test_every_name_of_an_initializer_is_taken() -> None:
    import keras
    from keras.src.initializers import ALL_OBJECTS_DICT

    found = theirs_by_name(ALL_OBJECTS_DICT, keras.initializers)
    assert {"normal", "uniform", "zero", "one", "IdentityInitializer", "he_normal"} <= set(found)
    for name, theirs in classes(found, keras.initializers).items():
        assert_taken_as_keras_does(Initializer, name, theirs)


@pytest.mark.keras
def test_every_name_of_a_loss_is_taken() -> None:
    import keras
    from keras.src.losses import ALL_OBJECTS_DICT
    from keras.src.losses import losses as module
    from keras.src.metrics import ALL_OBJECTS_DICT as METRICS

    found = theirs_by_name(ALL_OBJECTS_DICT, keras.losses)
    assert {"bce", "BCE", "kld", "mse", "MSE", "msle", "log_cosh"} <= set(found)
    for name, theirs in classes(found, module).items():
        assert_taken_as_keras_does(Loss, name, theirs)
    for name, theirs in METRICS.items():  # some have the names of losses
        if theirs.__name__ in Loss.members:
            assert_taken_as_keras_does(Loss, name, theirs)


@pytest.mark.keras
def test_every_name_of_an_optimizer_is_taken() -> None:
    import keras
    from keras.src.optimizers import ALL_OBJECTS_DICT

    for name, theirs in theirs_by_name(ALL_OBJECTS_DICT, keras.optimizers).items():
        assert_taken_as_keras_does(Optimizer, name, theirs)
        if theirs.__name__ in Optimizer.members:
            assert_taken_as_keras_does(Optimizer, name.upper(), theirs)  # Keras takes any case of these


@pytest.mark.keras
def test_every_name_of_a_regularizer_is_taken_with_keras_factors() -> None:
    import keras
    from keras.src.regularizers import ALL_OBJECTS_DICT

    kind = RegularizerField()
    for name, theirs in theirs_by_name(ALL_OBJECTS_DICT, keras.regularizers).items():
        if theirs.__name__ in NAMED:
            made = theirs()
            taken = kind.read(name)
            assert taken == kind.parse(name)
            for factor in ("l1", "l2"):
                assert getattr(taken, factor) == pytest.approx(float(getattr(made, factor, 0.0)), rel=1e-6), name
        else:
            assert theirs.__name__ in NO_REGULARIZERS
            assert told(kind.read, name).endswith(f"{NOT_OFFERED}; available: L1, L2, L1L2")


@pytest.mark.keras
def test_every_name_of_an_activation_is_taken() -> None:
    import keras
    from keras.src.activations import ALL_OBJECTS_DICT

    kind = {field.name: field.type for field in fields_of(Dense)}["activation"]
    for name, theirs in theirs_by_name(ALL_OBJECTS_DICT, keras.activations).items():
        if name in ("glu", "threshold"):
            said = told(kind.parse, name)
            assert said.endswith(f", not {name!r}{NOT_OFFERED}")
        else:
            assert keras.activations.get(kind.read(name)) is theirs, name
            assert kind.parse(f" {name} ") not in SECOND_NAMES


@pytest.mark.keras
def test_every_name_of_a_learning_rate_schedule_is_taken_or_refused_by_name() -> None:
    import keras

    for name in theirs_by_name(keras.optimizers.schedules):
        equal = {"CosineDecay": Cosine, "ExponentialDecay": Exponential}.get(name)
        if equal:
            assert RegisteredField(Schedule).parse(name) == equal()
        else:
            said = told(RegisteredField(Schedule).parse, name)
            assert f"{NOT_OFFERED}; available: Constant, Step, Cosine" in said


@pytest.mark.keras
def test_every_layer_of_keras_is_offered_or_known_not_to_be() -> None:
    import keras

    found = {name: made for name, made in vars(keras.layers).items() if isinstance(made, type)}
    for name, theirs in found.items():
        if theirs.__name__ in Layer.members:
            assert Layer.from_name(name).__name__ == theirs.__name__
        else:
            assert NOT_OFFERED in told(Layer.from_name, name), name
    assert not set(Layer.members) & set(Layer.absent)


def test_a_name_stands_for_one_thing() -> None:
    for family in FAMILIES:
        names = [
            normalize_name(name) for member in family.members.values() for name in (member.__name__, *member.aliases)
        ]
        assert len(set(names)) == len(names)
        assert not set(names) & set(map(normalize_name, family.absent))


@pytest.mark.parametrize(
    ("read_it", "text", "meant"),
    [
        (RegularizerField().parse, "l2(0.001)", Regularizer(l2=0.001)),
        (RegularizerField().parse, "L1(l1=0.5)", Regularizer(l1=0.5)),
        (RegularizerField().parse, "L1L2(l1=0.1, l2=0.2)", Regularizer(0.1, 0.2)),
        (RegularizerField().parse, "l1_l2(l1=0.1)", Regularizer(0.1)),
        (RegularizerField().parse, "l1=0.1, l2=0.2", Regularizer(0.1, 0.2)),
        (RegularizerField().read, "L2", Regularizer(l2=0.01)),
        (RegisteredField(Initializer).parse, "VarianceScaling(distribution='normal')", VarianceScaling()),
        (RegisteredField(Schedule).parse, "ExponentialDecay(decay_rate=0.5)", Exponential(0.5)),
        (RegisteredField(Schedule).parse, "CosineDecay(alpha=0.1)", Cosine(0.1)),
        (RegisteredField(Optimizer).parse, "adam(lr=0.5)", Adam(0.5)),
    ],
)
def test_text_with_arguments_is_taken(read_it: Callable[[str], object], text: str, meant: object) -> None:
    assert read_it(text) == meant


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("L2(l1=0.1)", "L2 has no l1; L1L2 has both"),
        ("L2(much)", "expected a number of at least 0, not 'much'"),
        ("L2(-1)", "expected a number of at least 0, not -1.0"),
        ("L3", "'L3' is not one of the regularizers; available: L1, L2, L1L2"),
        ("0.01", "expected l2 = 0.001, l2 or L2(0.001), not '0.01'"),
        ("", "expected l2 = 0.001, l2 or L2(0.001), not ''"),
    ],
)
def test_a_regularizer_that_is_none_is_refused(text: str, message: str) -> None:
    assert told(RegularizerField().parse, text) == message


def test_a_plateau_is_read_as_keras_spells_it_and_as_the_first_release_did() -> None:
    given = {"name": "ReduceLROnPlateau", "factor": 0.2, "patience": 5, "min_lr": 0.001, "verbose": 1}
    given |= {"monitor": "val_acc", "mode": "max", "cooldown": 2, "min_delta": 0.01}
    meant = ReduceLROnPlateau(0.2, 5, 0.01, 2, 0.001, "val_accuracy", "max")
    assert read(Plan, {"schedule": given}).schedule == meant
    assert read(Plan, write(Plan(schedule=meant))).schedule == meant
    old = read(Plan, {"schedule": {"name": "ReduceLROnPlateau", "rate": 0.2}}).schedule
    assert old == ReduceLROnPlateau(factor=0.2)
    assert write(old) == {"factor": 0.2}
    assert told(RegisteredField(Schedule).parse, "plateau(rate=0.2, factor=0.3)") == (
        "factor: is another name for rate; give only one of them"
    )
    assert read(EarlyStopping, {"monitor": "acc", "mode": "auto", "verbose": 1}) == EarlyStopping("accuracy")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CosineDecay(decay_steps=100)", "decay_steps: LayerLab's schedules count epochs, not steps"),
        ("ExponentialDecay(initial_learning_rate=0.1)", "initial_learning_rate: is the optimizer's learning_rate"),
    ],
)
def test_arguments_of_schedules_that_count_steps_are_refused_with_the_reason(text: str, message: str) -> None:
    assert told(RegisteredField(Schedule).parse, text).startswith(message)


# Suggestions.


def known_names() -> list[tuple[type[Registered], str]]:
    return [
        (family, name)
        for family in FAMILIES
        for member in family.members.values()
        for name in (member.__name__, member.alias(), *member.aliases)
    ]


def misspelled(name: str) -> set[str]:
    """``name`` with a letter left out, doubled, changed or swapped with its neighbour."""
    places = range(len(name))
    made = {name[:i] + name[i + 1 :] for i in places} | {name[: i + 1] + name[i:] for i in places}
    made |= {name[:i] + "k" + name[i + 1 :] for i in places if name[i].isalpha()}
    return made | {name[:i] + name[i + 1] + name[i] + name[i + 2 :] for i in places[:-1]}


def suggested(family: type[Registered], name: str) -> list[str]:
    """What is suggested for ``name``, if it is not taken."""
    try:
        family.from_name(name)
    except FieldError as error:
        words = str(error).partition("; did you mean ")[2].rstrip("?").replace(" or ", ", ")
        return words.split(", ") if words else []
    return []


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_what_is_suggested_is_what_was_misspelled(family: type[Registered]) -> None:
    suggestions = 0
    for name in [known for of, known in known_names() if of is family]:
        for wrong in misspelled(name):
            words = suggested(family, wrong)
            suggestions += len(words) > 0
            assert not words or family.from_name(name) in [family.from_name(word) for word in words], (
                f"{wrong}: {words}"
            )
    assert suggestions > 100


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_the_name_of_another_thing_is_no_misspelling(family: type[Registered]) -> None:
    """Names of other families, of what Keras has besides, and of what other libraries have."""
    others = {name for of, name in known_names() if of is not family}
    others |= {
        "normals_of",
        "xavier",
        "kaiming",
        "softmin",
        "nll_loss",
        "Conv4D",
        "Linear",
        "BatchNorm2d",
        "lbfgs",
        "l2",
    }
    own = {normalize_name(name) for of, name in known_names() if of is family}
    for name in sorted(others):
        if normalize_name(name) not in own:
            assert "did you mean" not in told(family.from_name, name), name
    for name in family.absent:
        assert "did you mean" not in told(family.from_name, name)


@pytest.mark.parametrize(
    ("name", "known", "ending"),
    [
        ("bets", ("best", "last"), "; did you mean best?"),
        ("adm", ("adam", "sgd"), "; did you mean adam?"),
        ("lenet5", ("lenet-5", "lenet-1"), "; did you mean lenet-5?"),
        ("sd", ("seed", "mean"), "; available: seed, mean"),
        ("ax", ("a", "b", "x"), "; available: a, b, x"),
        ("00002", ("00001", "00003", "00004", "00005"), "; available: 00001, 00003, 00004, 00005"),
        ("categorial_crosentropy", ("CategoricalCrossentropy", "SparseCategoricalCrossentropy"),
         "; did you mean CategoricalCrossentropy?"),
        ("x" * 10_000, ("seed",), "; available: seed"),
    ],
)  # fmt: skip
def test_a_misspelling_is_near(name: str, known: tuple[str, ...], ending: str) -> None:
    assert did_you_mean(name, known) == ending


def test_an_unknown_activation_is_put_right_only_if_it_is_misspelled() -> None:
    kind = ChoiceField(*ACTIVATIONS)
    assert told(kind.read, "rleu").endswith("not 'rleu'; did you mean relu?")
    for name in ("softmin", "threshold", "prelu_", "glu", "GLU6", "crelu", "maxout"):
        said = told({field.name: field.type for field in fields_of(Dense)}["activation"].read, name)
        assert "did you mean" not in said or name in ("crelu", "prelu_"), said
    assert read(LeakyReLU, {"alpha": 0.2}) == LeakyReLU(0.2)
