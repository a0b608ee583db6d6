"""The window beside its output: every position, in every size."""

from hypothesis import given
from hypothesis import strategies as st

from core.network.explanation import draw_output, draw_window
from core.network.shapes import Window, output_size
from tui.builder.window_drawing import draw


@st.composite
def windows(draw):
    sizes = draw(st.tuples(st.integers(1, 44), st.integers(1, 44)))
    kernel = tuple(draw(st.integers(1, min(5, size))) for size in sizes)
    stride, padding = draw(st.integers(1, 3)), draw(st.sampled_from(["valid", "same"]))
    rows, columns = (
        output_size(axis, size, length, stride, padding)
        for axis, size, length in zip(("height", "width"), sizes, kernel, strict=True)
    )
    return Window(rows, columns, kernel, (1, 1))


@given(windows(), st.integers(0, 10_000))
def test_the_output_marks_one_number_for_each_position(window, stop):
    cells = draw_output(window, stop)
    if cells is None:
        assert max(window.rows.output, window.columns.output) > 40
        return
    assert (len(cells), len(cells[0])) == (window.rows.output, window.columns.output)
    (marked,) = [(y, x) for y, line in enumerate(cells) for x, cell in enumerate(line) if cell == "window"]
    assert marked[0] * window.columns.output + marked[1] == stop % (window.rows.output * window.columns.output)


@given(windows(), st.integers(0, 10_000), st.integers(30, 120), st.integers(8, 50))
def test_it_never_is_wider_than_there_is_room_unless_the_input_is(window, stop, width, height):
    cells = draw_window(window, stop)
    drawn = draw(window, stop, width, height).plain.splitlines()[2:]
    if cells is not None:
        assert max(map(len, drawn), default=0) <= max(width, len(cells[0]))
        assert "\u2588" in "".join(drawn) or "\u2580" in "".join(drawn) or "\u2584" in "".join(drawn)
