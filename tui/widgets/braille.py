"""The dots of braille characters: two columns of four, which a cell is drawn from."""

__all__ = ["BLANK", "LEFT", "RIGHT"]

BLANK = 0x2800
"""The number of the character without dots, to which those of its dots are added."""
LEFT, RIGHT = (0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08)
"""The numbers of the dots of both columns, from bottom to top."""
