"""What came of a forecast: of the curve, of the accuracy, and what may explain a miss."""

import pytest
from msgspec.structs import replace

from core import presets
from core.forecast.forecast import PAIRS, AccuracyRange, Forecast
from core.forecast.verdict import CURVES, expected, judge
from core.history import History
from tests.core.forecast.test_curve_shape import told

PRESET = presets.load(presets.find("ffnn-500"))
FELL = told(lambda x: 2 * 0.5**x, 8, validation=lambda x: 0.2 + 0.5**x, accuracy=0.95)
ROSE = told(lambda x: 2 * 0.4**x, 8, validation=lambda x: 0.2 + 0.05 * abs(x - 3), accuracy=0.95)
STAYED = told(lambda _: 2.3, 8, validation=lambda _: 2.3, accuracy=0.1)


def forecast(**changes):
    return replace(Forecast("rises", "together", AccuracyRange(0.93, 0.97), 8, True), **changes)


def test_both_right():
    verdict = judge(forecast(), PRESET, FELL)
    assert (verdict.curve_right, verdict.accuracy_right, verdict.explanations) == (True, True, ())
    (_, accuracy), (_, curve) = verdict.in_full
    assert accuracy == (
        "The validation accuracy after 8 epochs, 95.00%, is within 93% to 97%. Your range was 4 points wide."
    )
    assert curve.startswith("As predicted, training and validation loss fall together: the training loss fell from")
    assert verdict.in_short[0] == (True, "95.00%, predicted 93% to 97%")


def test_the_other_curve_is_explained():
    verdict = judge(forecast(), PRESET, ROSE)
    assert (verdict.curve_right, verdict.accuracy_right) == (False, True)
    assert "Instead the validation loss rises again: the validation loss rose from 0.2 after" in verdict.in_full[1][1]
    assert "learn its training images by heart" in verdict.explanations[0]


@pytest.mark.parametrize("pair", PAIRS)
def test_neither_of_the_two_is_told_and_explained(pair):
    verdict = judge(forecast(pair=pair, curve=PAIRS[pair][0]), PRESET, STAYED)
    assert verdict.shape.kind == "stays"
    assert verdict.curve_right is False
    assert "Nothing was learned" in verdict.explanations[0]
    assert any("Guessing among 10 classes gives 10%" in each for each in verdict.explanations)
    assert verdict.in_full[0][1].startswith("The validation accuracy after 8 epochs, 10.00%, is 83 points below 93% to")


def test_a_loss_that_fell_while_the_network_guesses_is_not_praised():
    shrunk = told(lambda x: 2.3 + 33.9 * 0.1**x, 8, validation=lambda _: 2.3, accuracy=0.11)
    for pair, chosen in (("stays", "stays"), ("swings", "swings")):
        verdict = judge(forecast(pair=pair, curve=chosen), PRESET, shrunk)
        assert verdict.shape.kind == "falls"
        assert "A loss may fall though the answers get no better" in verdict.explanations[0]
        assert not any("gradients reached every layer" in each for each in verdict.explanations)
        assert verdict.in_full[1][1].endswith("though the training accuracy, 11.00%, is hardly better than guessing.")


def test_a_loss_that_stayed_though_much_is_known_is_not_called_learning_nothing():
    level = told(lambda _: 0.3, 8, validation=lambda _: 0.3, accuracy=0.95)
    assert not judge(forecast(pair="stays", curve="falls"), PRESET, level).explanations


def test_a_range_that_holds_everything_is_told_so_though_it_is_right():
    verdict = judge(forecast(accuracy=AccuracyRange(0.0, 1.0)), PRESET, FELL)
    assert verdict.accuracy_right is True
    assert "100 points wide, which says nothing" in verdict.in_full[0][1]


def test_more_than_expected_and_less():
    more = judge(forecast(accuracy=AccuracyRange(0.5, 0.6)), PRESET, FELL)
    assert "35 points above" in more.in_full[0][1]
    assert "the first epoch alone came to 95.00%" in more.explanations[0]
    less = judge(forecast(accuracy=AccuracyRange(0.99, 1.0)), PRESET, FELL)
    assert "4 points below" in less.in_full[0][1]
    assert "the network has not come further on its own images either" in less.explanations[0]
    apart = replace(FELL, epochs=(*FELL.epochs[:-1], replace(FELL.epochs[-1], accuracy=0.999)))
    carried = judge(forecast(accuracy=AccuracyRange(0.99, 1.0)), PRESET, apart)
    assert "carrying it over to other images" in carried.explanations[0]


def test_without_validation_it_is_the_accuracy_in_training():
    verdict = judge(
        forecast(pair="stays", curve="falls", validated=False), PRESET, told(lambda x: 2 * 0.5**x, 8, accuracy=0.96)
    )
    assert verdict.accuracy == 0.96
    assert "training accuracy after 8 epochs" in verdict.in_full[0][1]


def test_what_was_stopped_early_is_judged_as_it_is():
    verdict = judge(forecast(epochs=20, accuracy=AccuracyRange(0.98, 1.0)), PRESET, FELL)
    assert "after 8 epochs of 20" in verdict.in_full[0][1]
    assert "It ended before its 20 epochs." in verdict.explanations
    nothing = judge(forecast(), PRESET, History())
    assert (nothing.accuracy_right, nothing.curve_right, nothing.explanations) == (None, None, ())
    assert "No epoch was finished" in nothing.in_full[0][1]
    assert nothing.in_short[0] == (None, "no epoch was finished")


def test_epochs_that_were_added_later_do_not_count():
    assert judge(forecast(epochs=2), PRESET, ROSE).epochs == 2
    assert judge(forecast(), PRESET, told(lambda x: 2 * 0.5**x, 12, validation=lambda _: 0.3)).epochs == 8


def test_every_curve_has_its_words_and_every_pair_two_of_them():
    for first, second in PAIRS.values():
        assert CURVES[first] != CURVES[second]
    assert expected(forecast()) == (
        "validation accuracy 93% to 97% after 8 epochs, and that training and validation loss fall together"
    )


def test_a_curve_of_another_pair_and_a_range_that_is_none_are_no_forecast():
    with pytest.raises(ValueError, match="expected one of falls and stays"):
        Forecast("stays", "rises", AccuracyRange(0.1, 0.2), 3, True)
    with pytest.raises(ValueError, match="low below high"):
        AccuracyRange(0.5, 0.5)
