"""The plot: for each size of records, rate and CPU of each contestant as bars, as SVG."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from .contestants import Contestant
from .results import Results

_LABEL_WIDTH, _BARS_WIDTH, _VALUE_WIDTH = 250, 240, 90
_ROW, _TITLE = 22, 46
_COLOURS = {"bare": "#9aa0a6", "bridge": "#1a73e8", "peer": "#e8710a"}
_STYLE = "font-family='Helvetica, Arial, sans-serif'"


def plot(results: Results, contestants: list[Contestant]) -> str:
    """Bars are medians; the thin line goes from the lowest to the highest run. All scales begin at zero."""
    parts, top = [], 10
    for size in results.settings["sizes"]:
        present = [one for one in contestants if results.values(one.name, size, "throughput", "records_per_s")]
        if not present:
            continue
        parts.append(_text(10, top + 16, f"Values of {size:,} bytes", size_px=14, weight="bold"))
        for column, (figure, title, form) in enumerate((
                ("records_per_s", "thousand records/s (more is better)", lambda value: f"{value / 1e3:,.0f}"),
                ("cpu_s_per_million", "CPU-seconds per million records (less is better)", lambda value: f"{value:.1f}"))):
            left = _LABEL_WIDTH + column * (_BARS_WIDTH + _VALUE_WIDTH)
            parts.append(_text(left, top + 34, title, size_px=11, colour="#5f6368"))
            parts += _bars(results, present, size, figure, left, top + _TITLE, form)
        for row, one in enumerate(present):
            parts.append(_text(_LABEL_WIDTH - 8, top + _TITLE + row * _ROW + 14, one.label, size_px=11, anchor="end"))
        top += _TITLE + len(present) * _ROW + 14
    width = _LABEL_WIDTH + 2 * (_BARS_WIDTH + _VALUE_WIDTH)
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {top}' width='{width}' height='{top}'>"
    return "\n".join([head, f"<rect width='{width}' height='{top}' fill='white'/>", *parts, "</svg>", ""])


def _bars(results: Results, contestants: list[Contestant], size: int, figure: str, left: float, top: float,
          form: Callable[[float], str]) -> list[str]:
    values = {one.name: results.values(one.name, size, "throughput", figure) for one in contestants}
    scale = _BARS_WIDTH / max(max(runs) for runs in values.values())
    parts = []
    for row, one in enumerate(contestants):
        y, runs = top + row * _ROW, values[one.name]
        middle = results.median(one.name, size, "throughput", figure)
        parts.append(f"<rect x='{left}' y='{y + 3}' width='{middle * scale:.1f}' height='{_ROW - 8}' "
                     f"fill='{_COLOURS[_kind(one)]}'/>")
        low, high = left + min(runs) * scale, left + max(runs) * scale
        parts.append(f"<path d='M{low:.1f} {y + 10}H{high:.1f}' stroke='#202124' stroke-width='1'/>")
        parts.append(_text(max(high, left + middle * scale) + 6, y + 14, form(middle), size_px=11))
    return parts


def _kind(one: Contestant) -> str:
    if one.peer:
        return "peer"
    return "bare" if one.name == "bare" else "bridge"


def _text(x: float, y: float, text: str, *, size_px: int, weight: str = "normal", colour: str = "#202124",
          anchor: str = "start") -> str:
    return (f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size_px}' font-weight='{weight}' fill='{colour}' "
            f"text-anchor='{anchor}' {_STYLE}>{escape(text)}</text>")
