"""Rules about hidden layers: bottlenecks, and layers that hold most of the parameters."""

from collections.abc import Iterator

from core.diagnosis.finding import Finding
from core.diagnosis.rule import UNFIT, static_rule
from core.diagnosis.static_context import StaticContext, place
from core.formatting import show_amount, show_percent
from core.network.fix import Fix
from core.network.formulas import total
from core.network.layers import Dense, Flatten, GlobalAveragePooling2D, Layer, MaxPooling2D
from core.network.shapes import count
from core.network.summary import Row

TOP_HEAVY = 0.9
"""Share of all parameters in one layer that is reported."""

LARGEST_POOL = 8
"""Height and width of the largest pooling window that a fix inserts."""

MANY = 1_000_000
"""Parameters of a layer below which their distribution does not matter."""


@static_rule(90, {"bottleneck": UNFIT})
def bottleneck(context: StaticContext) -> Iterator[Finding]:
    """Layers with too few outputs to encode the class probabilities.

    Probabilities that add up to 1 have one degree of freedom fewer than classes: nine for ten classes.
    """
    if not context.trains or len(context.kernel_rows) < 2:
        return
    enough = context.classes - 1
    first, last = context.kernel_rows[0].index, context.kernel_rows[-1].index
    rows = context.summary.rows[first:last]
    narrow = [row for row in rows if row.facts and count(row.facts.output) < enough]
    if not narrow:
        return
    widths = {row.index: count(row.facts.output) for row in narrow if row.facts}
    worst = min(narrow, key=lambda row: widths[row.index])
    others = f", and {_more(len(narrow) - 1)} below {enough}" if len(narrow) > 1 else ""
    yield Finding(
        "bottleneck",
        worst.index,
        f"{place(worst)} has {show_amount(widths[worst.index], 'output')}{others}; the probabilities of "
        f"{context.classes} classes, which add up to 1, are {enough} free numbers",
        "All that later layers learn about an image has to pass through it, and what is lost there does not come back.",
        _widened(context, narrow),
    )


def _more(count: int) -> str:
    return "one more is" if count == 1 else f"{count} more are"


def _widened(context: StaticContext, narrow: list[Row]) -> tuple[Fix, ...]:
    """One fix that gives each narrow row, or the layer that sets its depth, an output for each class."""
    architecture, labels = context.architecture, list[str]()
    for row in narrow:
        for earlier in reversed(context.summary.rows[context.kernel_rows[0].index : row.index + 1]):
            if wide := _wide(earlier.layer, context.classes):
                architecture = architecture.replace(earlier.index, wide[1])
                labels.append(wide[0])
                break
        else:
            return ()
    return (context.make_fix(", ".join(dict.fromkeys(labels)), architecture=architecture),)


def _wide(layer: Layer, least: int) -> tuple[str, Layer] | None:
    """The label of a fix and ``layer`` with at least ``least`` outputs; None if the layer does not set their number."""
    for name in ("units", "filters"):
        size = getattr(layer.inner, name, None)
        if size is not None:
            groups = getattr(layer, "groups", 1)
            more = max(size, -(-least // groups) * groups)
            wide = layer.replace_inner(**{name: more})
            if layer.activation_name == "softmax":  # harmless over one number only
                hidden = "tanh" if layer.recurrent else "relu"
                return f"set {name}={more}, activation={hidden}", wide.with_activation(hidden) or wide
            return f"set {name}={more}", wide
    return None


@static_rule(91)
def top_heavy(context: StaticContext) -> Iterator[Finding]:
    """A dense layer after a Flatten that holds nearly all parameters of a convolutional network."""
    totals, rows = context.summary.totals, context.kernel_rows
    if len(rows) < 2 or totals.params < MANY:
        return
    for flatten in context.summary.rows:
        if not isinstance(flatten.layer, Flatten) or flatten.input is None or len(flatten.input) != 3:
            continue
        dense = next((row for row in context.behind(flatten) if row.layer.has_kernel), None)
        convolved = rows[0].index < flatten.index
        if convolved and dense and dense.facts and isinstance(dense.layer, Dense) and count(flatten.input[:2]) > 1:
            params = dense.facts.params
            if params >= MANY and params >= TOP_HEAVY * totals.params:
                yield _heavy(context, flatten, dense, params)
                return


def _heavy(context: StaticContext, flatten: Row, dense: Row, params: int) -> Finding:
    all_params = context.summary.totals.params
    height, width, depth = flatten.input or (1, 1, 1)
    return Finding(
        "top-heavy",
        dense.index,
        f"{place(dense)} holds {params:,} of {all_params:,} parameters ({show_percent(params / all_params, 1)}): "
        f"Flatten gives it {height} * {width} * {depth} = {show_amount(height * width * depth, 'number')}",
        "Each unit has its own weight for every position of every feature map: much memory, much room to overfit, and "
        "nothing is shared between positions.",
        tuple(_lighter(context, flatten, dense, params)),
    )


def _lighter(context: StaticContext, flatten: Row, dense: Row, params: int) -> Iterator[Fix]:
    """Poolings that make the dense layer small enough: the smallest that suffices, and global average pooling."""
    height, width, depth = flatten.input or (1, 1, 1)
    units = dense.layer.units if isinstance(dense.layer, Dense) else 0
    rest = context.summary.totals.params - params
    biases = total(dense.facts.biases) if dense.facts else 0

    def is_light(positions: int) -> bool:
        inputs = positions * depth
        left = inputs * units + biases
        return (left < MANY or left < TOP_HEAVY * (left + rest)) and inputs >= context.classes

    for size in range(2, min(height, width, LARGEST_POOL) + 1):
        if is_light((height // size) * (width // size)):
            pooled = context.architecture.insert(flatten.index, MaxPooling2D((size, size)))
            yield context.make_fix(f"insert MaxPooling2D {size}x{size} before Flatten", architecture=pooled)
            break
    if is_light(1):
        yield context.replace_layer("replace Flatten with GlobalAveragePooling2D", flatten, GlobalAveragePooling2D())
