"""Widgets whose choice lives in the address and outlasts a page change.

Streamlit's `bind` writes labels, which change with the language; these write ids (`state.link`).
Numbers and switches have no labels and use `bind` as it is.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from gis.app import state

Words = Callable[[str], str]


def select(label: str, options: Sequence[str], key: str, default: str | None, words: Words, **more: Any) -> str | None:
    """Return the one option chosen from a list; None where nothing is, if `default` is None."""
    state.link(key, options, default)
    return st.selectbox(label, options, key=key, format_func=words, persist_state="session", **more)


def segment(label: str, options: Sequence[str], key: str, default: str, words: Words) -> str:
    """Return the one option chosen from a short row."""
    state.link(key, options, default)
    chosen = st.segmented_control(label, options, key=key, format_func=words, required=True, persist_state="session")
    return str(chosen or default)


def several(label: str, options: Sequence[str], key: str, default: Sequence[str], words: Words) -> list[str]:
    """Return every option chosen, in the order of `options`."""
    state.link(key, options, list(default))
    chosen = st.pills(label, options, selection_mode="multi", key=key, format_func=words, persist_state="session")
    return [option for option in options if option in chosen]
