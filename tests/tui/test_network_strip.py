"""The strip of pictures: where they stand, how large they are, what a click selects."""

from hypothesis import given
from hypothesis import strategies as st

from tests.tui.driving import keys, opened, screen_of
from tui.widgets.strip_layout import layout, short_shape, volumes

SHAPES = st.lists(
    st.none() | st.lists(st.integers(1, 4096), min_size=1, max_size=4).map(tuple), min_size=1, max_size=150
)


@given(SHAPES, st.data())
def test_nothing_overlaps_or_leaves_the_strip_and_the_selected_layer_is_there(shapes, data):
    selected = data.draw(st.integers(0, len(shapes) - 1))
    room = data.draw(st.integers(20, 200))
    slots = layout(volumes(shapes), selected, room)
    assert selected in [slot.row for slot in slots]
    assert [slot.row for slot in slots] == list(range(slots[0].row, slots[0].row + len(slots)))
    end = 0
    for slot in slots:
        assert slot.left >= end
        end = slot.left + slot.width
    assert end <= room
    cells = [cell for slot in slots for cell in range(slot.label_left, slot.label_left + len(slot.label))]
    assert len(set(cells)) == len(cells)
    assert not cells or 0 <= min(cells) <= max(cells) < room


@given(SHAPES)
def test_a_larger_image_is_higher_and_more_channels_are_wider(shapes):
    drawn = [(shape, one) for shape, one in zip(shapes, volumes(shapes), strict=True) if shape and one]
    assert [shape is None for shape in shapes] == [one is None for one in volumes(shapes)]
    for shape, one in drawn:
        assert 0 < one.height <= 1
        for other_shape, other in drawn:
            if (len(shape) == 1) == (len(other_shape) == 1) and max(shape[:-1] or shape) >= max(
                other_shape[:-1] or other_shape
            ):
                assert one.height >= other.height
            if min(len(shape), len(other_shape)) > 1 and shape[-1] >= other_shape[-1]:
                assert one.width >= other.width


def test_shapes_are_short():
    assert [short_shape(shape) for shape in ((28, 28, 6), (28, 14, 6), (28, 28), (400,))] == [
        "28²×6",
        "28×14×6",
        "28×28",
        "400",
    ]


async def test_it_shows_every_shape_of_lenet_and_marks_the_selected_layer():
    async with opened("lenet-5") as (app, pilot):
        strip = app.build_pane.query_one("#strip")
        screen = screen_of(app)
        for label in ("28²×1", "28²×6", "14²×6", "10²×16", "5²×16", "400", "120", "84"):
            assert label in screen
        await keys(pilot, "down", "down", "down")
        marked = [
            segment.text
            for y in range(strip.size.height)
            for segment in strip.render_line(y)
            if segment.style and segment.style.reverse
        ]
        assert marked == ["10²×16"]


async def test_a_click_selects_the_layer_below_it():
    async with opened("lenet-5") as (app, pilot):
        strip = app.build_pane.query_one("#strip")
        for slot in strip._slots:
            await pilot.click(strip, offset=(slot.left + slot.width // 2 + 2, 2))
            assert app.build_pane.selected == slot.row


async def test_a_layer_that_does_not_fit_is_a_question_mark():
    async with opened("lenet-5") as (app, pilot):
        await keys(pilot, "down", "down", "down", "enter", "down", "text:99", "enter")
        assert app.build_pane.summary.errors
        strip = app.build_pane.query_one("#strip")
        assert "".join(segment.text for segment in strip.render_line(strip.size.height - 1)).count("?") >= 1
