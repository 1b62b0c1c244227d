"""The bundled layers: one declaration a file; `LAYERS` finds them all by name."""

import importlib
import pkgutil

from layers.declare import Column, Layer, Style

__all__ = ["LAYERS", "Column", "Layer", "Style"]


def _declared() -> dict[str, Layer]:
    modules = (importlib.import_module(f"layers.{m.name}") for m in pkgutil.iter_modules(__path__))
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Layer)]
    return {layer.name: layer for layer in sorted(found, key=lambda layer: layer.name)}


LAYERS: dict[str, Layer] = _declared()
