"""Numbers as people read them: bytes, thousands, durations, percent."""

__all__ = ["show_bytes", "show_change", "show_count", "show_duration", "show_short"]


def show_bytes(size: float) -> str:
    """Bytes with a binary unit: ``241 KiB``."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"):
        if size < 1024 or unit == "EiB":
            digits = 0 if unit == "B" or size >= 100 else 1
            return f"{size:,.{digits}f} {unit}"
        size /= 1024
    raise AssertionError("the last unit takes every size")


def show_count(number: int) -> str:
    """A whole number with its thousands set apart: ``61,706``."""
    return f"{number:,}"


def show_short(number: float) -> str:
    """A number in at most four digits and a letter: ``416k``, ``15.3G``."""
    for limit, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= limit:
            scaled = number / limit
            return f"{scaled:,.0f}{letter}" if scaled >= 100 else f"{scaled:.3g}{letter}"
    return f"{number:.0f}"


def show_change(before: int, after: int) -> str:
    """``61,706 -> 42,800 (-31%)``."""
    percent = f" ({(after - before) / before:+.0%})" if before else ""
    return f"{before:,} -> {after:,}{percent}"


def show_duration(seconds: float) -> str:
    """``0.8 s``, ``42 s``, ``3:05``, ``1:02:09``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
