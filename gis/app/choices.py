"""Widgets whose choice lives in the address and outlasts a page change.

Streamlit's `bind` writes labels, which change with the language; these write ids (`state.link`).
Numbers and switches have no labels and use `bind` as it is.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from gis.app import state

Words = Callable[[str], str]


def select(
    label: str,
    options: Sequence[str],
    key: str,
    default: str | None,
    words: Words,
    **more: Any,
) -> str | None:
    """Return the one option chosen from a list; None where nothing is, if `default` is None."""
    return st.selectbox(label, options, format_func=words, **state.link(key, options, default), **more)


def segment(label: str, options: Sequence[str], key: str, default: str, words: Words) -> str:
    """Return the one option chosen from a short row."""
    bound = state.link(key, options, default)
    chosen = st.segmented_control(label, options, format_func=words, required=True, **bound)
    return str(chosen or default)


def several(
    label: str, options: Sequence[str], key: str, default: Sequence[str], words: Words, **more: Any
) -> list[str]:
    """Return every option chosen, in the order of `options`."""
    bound = state.link(key, options, list(default))
    chosen = st.pills(label, options, selection_mode="multi", format_func=words, wrap=True, **bound, **more)
    return [option for option in options if option in chosen]
