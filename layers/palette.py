"""The one palette: colors told apart by people with color-blindness and in grey print.

Okabe and Ito (2008), darkened where a stroke needs 4.5:1 against white.
"""

INK = "#1f2933"
STONE = "#9aa5b1"
LAND = "#f5f3ee"

BLUE = "#0072b2"
SKY = "#56b4e9"
GREEN = "#009e73"
ORANGE = "#e69f00"
VERMILION = "#d55e00"
PURPLE = "#cc79a7"
PLUM = "#7b3f6b"
OLIVE = "#6b7a1f"

HEIGHTS = ("#8fb8a8", "#cfdcb4", "#f0e2b6", "#dcb98c", "#b48a6a", "#8b6a5c")
"""From low land to high, for elevation models: lightness rises and falls once, and the legend has numbers."""

SLOPES = ("#ffffcc", "#fed976", "#fd8d3c", "#e31a1c", "#800026")
"""From level to steep: ColorBrewer's YlOrRd, which grows darker all the way."""

IMPORTED = (SKY, PURPLE, ORANGE, GREEN, BLUE, OLIVE)
"""What imported layers are filled with until somebody chooses."""
