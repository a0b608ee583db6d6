"""Assignments against runs: what is met, what was found instead, and what cannot be told."""

import pytest
from msgspec.structs import replace

from core.marking.assignment import AssignmentError, load, load_answers, loads
from core.marking.checking import check
from core.marking.expression import parse
from core.marking.subject import find, subject_of_preset
from core.marking.verifying import Verified
from core.network.architecture import Architecture
from core.network.initializers import HeNormal, RandomNormal
from core.network.layers import LSTM, Bidirectional, Conv2D, Dense, MaxPooling2D, Reshape
from core.network.regularizers import Regularizer
from core.plan.losses import CategoricalCrossentropy
from core.plan.optimizers import SGD
from core.plan.plan import EarlyStopping, Plan
from core.plan.schedules import ReduceLROnPlateau
from core.presets import Preset
from core.runs.store import Store
from tests.benchmarks.many_runs import fill

TASKS = """
title = "Lab 1"
[[task]]
id = "{id}"
check = "{check}"
points = 2
"""


SPELLED = Preset(
    "spelled",
    Architecture(
        (28, 28, 1),
        (
            Conv2D(
                4,
                (3, 3),
                activation="silu",
                kernel_initializer=HeNormal(seed=3),
                kernel_regularizer=Regularizer(l2=0.01),
                trainable=False,
            ),
            MaxPooling2D(),
            Reshape((169, 4)),
            Bidirectional(LSTM(5)),
            Dense(10, kernel_initializer=RandomNormal()),
        ),
    ),
    Plan(
        optimizer=SGD(),
        loss=CategoricalCrossentropy(label_smoothing=0.1),
        schedule=ReduceLROnPlateau(patience=3),
        validation="none",
        early_stopping=EarlyStopping(),
    ),
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run each of ffnn-10, ffnn-500 and lenet-5."""
    home = tmp_path_factory.mktemp("home")
    fill(home, 3)
    store = Store(home)
    details = [store.details(run.id) for run in store.refresh()]
    return {each.preset.name: each for each in details}


@pytest.fixture(scope="module")
def lenet(runs):
    return next(each for name, each in runs.items() if "LeNet" in name)


def report(check_text, *runs, answers=None):
    assignment = loads(TASKS.format(id="one", check=check_text.replace('"', "'")), "lab.toml")
    (task,) = check(assignment, runs, {"one": answers} if answers is not None else {}).tasks
    return task


@pytest.mark.parametrize(
    ("text", "met", "got"),
    [
        ("params == 61706", True, 61706),
        ("params == 61707", False, 61706),
        ("weights == 61470", True, 61470),
        ("biases == 236", True, 236),
        ("layers == 8", True, 8),
        ("layers[3].output == [10, 10, 16]", True, [10, 10, 16]),
        ("layers[3].input == [14, 14, 6]", True, [14, 14, 6]),
        ("layers[3].params == 2416", True, 2416),
        ("layers[3].weights == 2400", True, 2400),
        ("layers[3].trainable == 2416", True, 2416),
        ("layers[2].params == 0", True, 0),
        ("layers[3].type == Conv2D", True, "Conv2D"),
        ("plan.optimizer.learning_rate <= 0.01", True, 0.001),
        ("layers[3].filters == 16", True, 16),
        ("layers[3].kernel_size == [5, 5]", True, [5, 5]),
        ("layers[3].activation == tanh", True, "tanh"),
        ("input == [28, 28, 1]", True, [28, 28, 1]),
        ("output == [10]", True, [10]),
        ("plan.epochs >= 1", True, None),
        ("plan.optimizer == sgd", False, None),
    ],
)
def test_a_network_is_computed_anew(text, met, got, lenet):
    task = report(text, lenet)
    assert task.met is met, task
    assert got is None or task.got == got
    assert task.points == (2 if met else 0)
    assert (task.of, task.run, task.message) == (2, lenet.run.key, "")


def test_results_are_those_of_the_run(lenet):
    metrics = replace(lenet.run.metrics, test_accuracy=0.93, epochs=7, test_loss=None)
    run = replace(lenet, run=replace(lenet.run, metrics=metrics))
    assert report("test_accuracy >= 0.92", run).met
    assert not report("epochs > 7", run).met
    told = report("test_loss < 1", run)
    assert (told.met, told.got, told.message) == (False, None, "test_loss was not measured")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("layers[9].output == 3", "there are 8 layers, no layer 9"),
        ("layers[2].filters == 3", "layer 2 (AveragePooling2D) has no field 'filters'"),
        ("layers[3].activatoin == tanh", "layer 3 (Conv2D) has no field 'activatoin'"),
        ("plan.batch == 3", "the plan has no field 'batch'"),
        ("plan.early_stopping.patience == 3", "the plan: early_stopping is empty"),
        ("layers[3].filters.more == 3", "layer 3 (Conv2D) has no field 'filters.more'"),
    ],
)
def test_what_is_not_there_is_told(text, why, lenet):
    told = report(text, lenet)
    assert (told.met, told.got) == (False, None)
    assert told.message.startswith(why)


def test_of_several_runs_one_has_to_meet_a_task(runs, lenet):
    first = next(each for name, each in runs.items() if "LeNet" not in name)
    told = report("params == 61706", first, lenet)
    assert (told.met, told.run) == (True, lenet.run.key)
    assert report("params == 1", first, lenet).run == first.run.key


@pytest.mark.parametrize(
    ("text", "answer", "met", "got"),
    [
        ("answer", "It learns by heart.", True, "It learns by heart."),
        ("answer", " ", False, None),
        ("answer == 61706", "61,706", True, 61706),
        ("answer == 61706", "61.706", True, 61706),
        ("answer == 61706", "61707", False, 61707),
        ("answer == 61706", "many", False, None),
        ("answer == [28, 28, 6]", "(28, 28, 6)", True, [28, 28, 6]),
        ("answer == [28, 28, 6]", "28x28", False, None),
        ("answer >= 0.9", "0.95", True, 0.95),
        ("answer >= 0.9", "95%", True, 0.95),
        ("answer >= 0.9", "good", False, None),
        ("answer == dropout", "dropout", True, "dropout"),
    ],
)
def test_answers_are_understood_or_asked_about(text, answer, met, got, lenet):
    told = report(text, lenet, answers=answer)
    assert (told.met, told.got, told.run) == (met, got, None)
    assert met or got is not None or told.message


@pytest.mark.parametrize(
    ("text", "answer", "met", "got"),
    [
        ("answer == -10", "-10", True, -10),
        ("answer == -10", "\N{MINUS SIGN}10", True, -10),
        ("answer == -10", "10", False, 10),
        ("answer == 10", "-10", False, -10),
        ("answer == -61706", "-61,706", True, -61706),
        ("answer >= -0.5", "\N{MINUS SIGN}0.25", True, -0.25),
        ("answer == 0.5", "0,5", True, 0.5),
        ("answer == 0.5", ".5", True, 0.5),
        ("answer == 0.5", "50 %", True, 0.5),
        ("answer == 0.5", "5e-1", True, 0.5),
        ("answer == 1234.0", "1234", True, 1234.0),
        ("answer == true", "True", True, "True"),
        ("answer == null", "null", True, "null"),
    ],
)
def test_answers_in_every_usual_spelling(text, answer, met, got):
    told = report(text, answers=answer)
    assert (told.met, told.got) == (met, got), told


@pytest.mark.parametrize(
    "answer", ["inf", "-inf", "nan", "1e400", "0_9", "1,234", "0.9.1", "\u0660.\u0669", "%", "5%%", "9" * 101]
)
@pytest.mark.parametrize("check_text", ["answer >= 0.9", "answer <= 0.9", "answer != 0.9"])
def test_what_is_no_number_is_asked_about(check_text, answer):
    told = report(check_text, answers=answer)
    assert (told.met, told.got) == (False, None)
    assert ": type a number" in told.message


def test_a_percentage_is_its_share():
    for tenths in range(1, 1000):
        told = report(f"answer == {tenths / 1000}", answers=f"{tenths / 10}%")
        assert told.met, tenths


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("plan.schedule == reduce_lr_on_plateau", "ReduceLROnPlateau"),
        ("plan.schedule == plateau", "ReduceLROnPlateau"),
        ("plan.schedule == ReduceLROnPlateau", "ReduceLROnPlateau"),
        ("plan.loss == categorical_crossentropy", "CategoricalCrossentropy"),
        ("plan.loss != mse", "CategoricalCrossentropy"),
        ("plan.optimizer == sgd", "sgd"),
        ("plan.validation == None", "none"),
        ("plan.dataset == MNIST", "mnist"),
        ("plan.early_stopping.monitor == val-loss", "val_loss"),
        ("layers[1].kernel_initializer == he_normal", "HeNormal"),
        ("layers[1].kernel_initializer == HeNormal", "HeNormal"),
        ('layers[1].kernel_initializer == "HeNormal(seed=3)"', "HeNormal"),
        ("layers[1].bias_initializer == zero", "zeros"),
        ("layers[1].kernel_regularizer == l2", {"l1": 0.0, "l2": 0.01}),
        ("layers[1].kernel_size == 3", [3, 3]),
        ("layers[1].kernel_size >= 3", [3, 3]),
        ("layers[1].kernel_size == [3, 3]", [3, 3]),
        ("layers[1].use_bias == True", True),
        ("layers[1].use_bias != False", True),
        ("layers[1].activation == swish", "silu"),
        ("layers[1].trainable == false", False),
        ("layers[1].trainable == 0", 0),
        ("layers[1].type == conv2d", "Conv2D"),
        ("layers[2].type == MaxPool2D", "MaxPooling2D"),
        ("layers[2].strides == [2, 2]", [2, 2]),
        ("layers[2].strides == 2", [2, 2]),
        ("layers[2].strides == null", [2, 2]),
        ("layers[4].layer == lstm", "LSTM"),
        ("layers[4].layer.units == 5", 5),
        ("layers[5].kernel_initializer == random_normal", "random_normal"),
        ("layers[5].kernel_regularizer == null", None),
        ("layers[5].kernel_regularizer == None", None),
        ("output == 10", [10]),
        ("output >= 10", [10]),
        ("layers[5].output == 10", [10]),
    ],
)
def test_what_presets_spell_so_is_demanded_so(text, got):
    found = find(parse(text), subject_of_preset(SPELLED))
    assert (found.met, found.got) == (True, got), found
    opposite = {"==": "!=", "!=": "=="}
    operator = found.demanded.operator
    if operator in opposite:
        assert not find(replace(found.demanded, operator=opposite[operator]), subject_of_preset(SPELLED)).met


@pytest.mark.parametrize(
    "text",
    [
        "plan.loss == mse",
        "plan.loss == sparse_categorical_crossentropy",
        "plan.schedule == constant",
        "layers[1].kernel_initializer == he_uniform",
        'layers[1].kernel_initializer == "HeNormal(seed=4)"',
        "layers[1].kernel_size == 5",
        "layers[1].kernel_size == [3, 5]",
        "layers[1].kernel_size > 3",
        "layers[1].kernel_regularizer == l1",
        "layers[1].use_bias == 1",
        "layers[1].trainable == true",
        "layers[2].strides == 1",
        "layers[5].output == 1",
        "layers[3].output == 169",
    ],
)
def test_what_presets_do_not_spell_so_is_not_met(text):
    assert not find(parse(text), subject_of_preset(SPELLED)).met


@pytest.mark.parametrize("stopping", [EarlyStopping(), EarlyStopping("val_accuracy", 3)])
def test_a_table_is_not_nothing(stopping):
    subject = subject_of_preset(replace(SPELLED, plan=replace(SPELLED.plan, early_stopping=stopping)))
    found = find(parse("plan.early_stopping == null"), subject)
    assert not found.met
    assert found.got["patience"] == stopping.patience
    assert f"monitor={stopping.monitor}, patience={stopping.patience}, " in found.text
    assert find(parse("plan.early_stopping != null"), subject).met
    none = subject_of_preset(replace(SPELLED, plan=replace(SPELLED.plan, early_stopping=None)))
    assert find(parse("plan.early_stopping == null"), none).met


def test_what_is_not_confirmed_is_not_met_but_where_the_least_is_enough(lenet):
    """Of the epochs and the best accuracy at least as much is known as was trained again."""
    metrics = replace(lenet.run.metrics, epochs=4, best_val_accuracy=0.9, last_val_accuracy=0.8, test_accuracy=0.8)
    run = replace(lenet, run=replace(lenet.run, metrics=metrics))
    why = "only epochs 1 to 4 of 20 were trained again"
    told = Verified("k", 4, True, True, "", dict.fromkeys(("epochs", "best_val_accuracy", "val_accuracy"), why))
    met = {}
    for text in (
        *("epochs >= 4", "epochs > 3", "best_val_accuracy >= 0.9", "params == 61706", "test_accuracy > 0"),
        *("epochs >= 5", "epochs == 4", "epochs <= 4", "epochs != 3", "best_val_accuracy < 1", "val_accuracy > 0"),
    ):
        (task,) = check(loads(TASKS.format(id="one", check=text), "lab.toml"), [run], {}, [told]).tasks
        met[text] = task.met
        assert task.met or (task.got, task.message) == (None, f"not confirmed: {why}")
    assert [text for text, each in met.items() if not each] == list(met)[5:]


def test_of_two_runs_of_one_key_each_is_believed_for_itself(lenet):
    """A hand-in says what its runs are called."""
    better = replace(lenet, run=replace(lenet.run, metrics=replace(lenet.run.metrics, test_accuracy=1.0)))
    key = lenet.run.key
    verified = [Verified(key, 3, False, False, "no"), Verified(key, 3, True, True, "yes")]
    assignment = loads(TASKS.format(id="one", check="test_accuracy == 1"), "lab.toml")
    assert not check(assignment, [better, lenet], {}, verified).tasks[0].met
    assert check(assignment, [lenet, better], {}, verified).tasks[0].met


def test_points_add_up(lenet):
    text = 'title = "Lab"\n[[task]]\ncheck = "params == 61706"\n[[task]]\ncheck = "epochs > 1e6"\npoints = 2.5\n'
    told = check(loads(text, "lab.toml"), [lenet], {})
    assert (told.points, told.of, told.verified) == (1, 3.5, ())
    assert [task.id for task in told.tasks] == ["task-1", "task-2"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("title = 3\n[[task]]\ncheck = 'answer'", "title: expected text"),
        ("", "task: is missing: expected [[task]] tables"),
        ("task = []", "task: is missing"),
        ("task = [3]", "task 1: expected a [[task]] table"),
        ("[[task]]\nid = 'a'", "task 1.check: is missing"),
        ("[[task]]\nid = 'a'\ncheck = 'parms == 3'", "task 1.check: there is no 'parms'"),
        ("[[task]]\nchek = 'answer'", "task 1.chek: a task has no such key"),
        ("[[task]]\nid = ' '\ncheck = 'answer'", "task 1.id: expected a name"),
        ("[[task]]\ncheck = 'answer'\npoints = -1", "task 1.points: expected a number from 0"),
        ("[[task]]\ncheck = 'answer'\npoints = nan", "task 1.points: expected a number from 0"),
        ("[[task]]\nid = 'a'\ncheck = 'answer'\n[[task]]\nid = 'a'\ncheck = 'answer'", "two tasks are called 'a'"),
        ("[[task]]\ncheck = 'answer'\n" * 201, "has 201 tasks; at most 200"),
        ("tasks = 3", "tasks: an assignment has no such key"),
        ("[[task", "not a TOML file"),
    ],
)
def test_a_mistake_in_an_assignment_is_one_line_with_its_place(text, why):
    with pytest.raises(AssignmentError) as refused:
        loads(text, "lab.toml")
    assert str(refused.value).startswith("lab.toml: ")
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


def test_files_are_read_or_refused_in_a_line(tmp_path):
    path = tmp_path / "lab.toml"
    with pytest.raises(AssignmentError, match="cannot be read: No such file"):
        load(path)
    path.write_text(TASKS.format(id="one", check="answer"))
    assignment = load(path)
    answers = tmp_path / "answers.toml"
    answers.write_text('one = "yes"')
    assert load_answers(answers, assignment) == {"one": "yes"}
    answers.write_text("one = 7960")
    assert load_answers(answers, assignment) == {"one": "7960"}
    answers.write_text("one = [28, 28, 6]")
    assert load_answers(answers, assignment) == {"one": "[28, 28, 6]"}
    for text, why in (("two = 1", "two: there is no such task"), ("one = true", "one: expected text or a number")):
        answers.write_text(text)
        with pytest.raises(AssignmentError, match=f"answers.toml: {why}"):
            load_answers(answers, assignment)
