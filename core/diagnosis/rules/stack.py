"""Rules about the layers between: what gets lost on the way, and where the parameters sit."""

from collections.abc import Iterator

from core.diagnosis.finding import Finding
from core.diagnosis.rule import UNFIT, static_rule
from core.diagnosis.static_context import StaticContext, named
from core.formatting import show_amount, show_percent
from core.network.fix import Fix
from core.network.formulas import total
from core.network.layers import Dense, Flatten, GlobalAveragePooling2D, Layer, MaxPooling2D
from core.network.shapes import count
from core.network.summary import Row

TOP_HEAVY = 0.9
"""Share of all parameters in one layer that is worth a word."""

LARGEST_POOL = 8
"""Height and width of the largest pool that is offered."""

MANY = 1_000_000
"""Parameters of a layer below which it does not matter where they are."""


@static_rule(90, {"bottleneck": UNFIT})
def bottleneck(context: StaticContext) -> Iterator[Finding]:
    """Layers with too few outputs to tell the classes' shares.

    Shares that add up to 1 are one free number fewer than classes: nine tell ten apart.
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
    others = f", and {len(narrow) - 1} more are below {enough}" if len(narrow) > 1 else ""
    yield Finding(
        "bottleneck",
        worst.index,
        f"{named(worst)} gives {show_amount(widths[worst.index], 'number')}{others}; the shares of {context.classes} "
        f"classes that add up to 1 are {enough} free numbers",
        "All that later layers learn of an image has to pass through it, and what is lost there does not come back.",
        _widened(context, narrow),
    )


def _widened(context: StaticContext, narrow: list[Row]) -> tuple[Fix, ...]:
    """One fix that gives each narrow row, or what decides on its depth, an output for each class."""
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
    """``layer`` with at least so many outputs, and how that is said; None if it does not choose how many."""
    for name in ("units", "filters"):
        held = getattr(layer.inner, name, None)
        if held is not None:
            groups = getattr(layer, "groups", 1)
            more = max(held, -(-least // groups) * groups)
            wide = layer.replace_inner(**{name: more})
            if layer.activation_name == "softmax":  # of one number it was harmless
                bent = "tanh" if layer.recurrent else "relu"
                return f"set {name}={more}, activation={bent}", wide.with_activation(bent) or wide
            return f"set {name}={more}", wide
    return None


@static_rule(91)
def top_heavy(context: StaticContext) -> Iterator[Finding]:
    """A dense layer behind a Flatten that holds nearly all parameters of a convolutional network."""
    totals, rows = context.summary.totals, context.kernel_rows
    if len(rows) < 2 or totals.params < MANY:
        return
    for flatten in context.summary.rows:
        if not isinstance(flatten.layer, Flatten) or flatten.input is None or len(flatten.input) != 3:
            continue
        dense = next((row for row in context.behind(flatten) if row.layer.has_kernel), None)
        convolved = rows[0].index < flatten.index
        if convolved and dense and dense.facts and isinstance(dense.layer, Dense) and count(flatten.input[:2]) > 1:
            held = dense.facts.params
            if held >= MANY and held >= TOP_HEAVY * totals.params:
                yield _heavy(context, flatten, dense, held)
                return


def _heavy(context: StaticContext, flatten: Row, dense: Row, held: int) -> Finding:
    whole = context.summary.totals.params
    height, width, depth = flatten.input or (1, 1, 1)
    return Finding(
        "top-heavy",
        dense.index,
        f"{named(dense)} holds {held:,} of {whole:,} parameters ({show_percent(held / whole, 1)}): Flatten hands it "
        f"{height} * {width} * {depth} = {show_amount(height * width * depth, 'number')}",
        "Each unit learns every place of every feature map by itself: much memory, much to learn by heart, and "
        "nothing that the filters have found is shared between places.",
        tuple(_lighter(context, flatten, dense, held)),
    )


def _lighter(context: StaticContext, flatten: Row, dense: Row, held: int) -> Iterator[Fix]:
    """Poolings after which the dense layer is heavy no more: the smallest that does it, and that of everything."""
    height, width, depth = flatten.input or (1, 1, 1)
    units = dense.layer.units if isinstance(dense.layer, Dense) else 0
    rest = context.summary.totals.params - held
    biases = total(dense.facts.biases) if dense.facts else 0

    def light(places: int) -> bool:
        inputs = places * depth
        left = inputs * units + biases
        return (left < MANY or left < TOP_HEAVY * (left + rest)) and inputs >= context.classes

    for size in range(2, min(height, width, LARGEST_POOL) + 1):
        if light((height // size) * (width // size)):
            pooled = context.architecture.insert(flatten.index, MaxPooling2D((size, size)))
            yield context.make_fix(f"insert MaxPooling2D {size}x{size} before Flatten", architecture=pooled)
            break
    if light(1):
        yield context.replace_layer("put GlobalAveragePooling2D in Flatten's place", flatten, GlobalAveragePooling2D())
