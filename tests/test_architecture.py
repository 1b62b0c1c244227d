"""The floors of the house: imports point down, and some words live in one file only."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS: tuple[tuple[str, ...], ...] = (
    ("app", "gis.__main__"),
    ("gis.app", "gis.cli"),
    ("gis.view",),
    ("gis.study",),
    ("gis.engine",),
    ("gis.analysis", "gis.io"),
    ("gis.kernel",),
    ("gis.model",),
    ("layers",),
    ("gis.crs", "gis.units"),
    ("gis.errors",),
    ("gis.i18n",),
)
ONLY_IN = {
    r"EPSG:|\b(4326|3857|5174|5179|518[1-8]|2097|32652)\b": "gis/crs.py",
    r"session_state": "gis/app/state.py",
    r"cache_(data|resource)": "gis/app/cache.py",
    r"\bst_folium\(": "gis/app/map_widget.py",
}
"""Words of the code and their only home."""
IMPORTED_ONLY_IN = {
    "streamlit": ("gis/app/", "app.py"),
    "streamlit_folium": ("gis/app/",),
    "folium": ("gis/view/",),
}
"""Libraries and their only home."""


def modules(root: Path) -> dict[str, str]:
    """Return every module of the product with its source text."""
    paths = [root / "app.py", *root.glob("gis/**/*.py"), *root.glob("layers/**/*.py")]
    names = {path: ".".join(path.relative_to(root).with_suffix("").parts) for path in paths if path.exists()}
    return {name.removesuffix(".__init__"): path.read_text(encoding="utf-8") for path, name in names.items()}


def floor_of(module: str) -> tuple[int, str] | None:
    """Return the floor of a module and the room it belongs to; None for what is not ours."""
    rooms = [
        (level, room)
        for level, floor in enumerate(FLOORS)
        for room in floor
        if module == room or module.startswith(room + ".")
    ]
    return max(rooms, key=lambda found: len(found[1]), default=None)


def imported(text: str) -> set[str]:
    """Return every module that a source text imports, and the names it takes from packages."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            names |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return names


def upward_imports(sources: dict[str, str]) -> list[str]:
    """Return each import that points up or to a neighbor."""
    wrong = []
    for module, text in sources.items():
        here = floor_of(module)
        for name in imported(text):
            there = floor_of(name)
            if here and there and here[1] != there[1] and there[0] <= here[0]:
                wrong.append(f"{module} imports {name}")
    return sorted(wrong)


def misplaced_words(sources: dict[str, str]) -> list[str]:
    """Return each use of a word or a library outside its only home, and each relative import, which hides its floor."""
    wrong = []
    for module, text in sources.items():
        place = f"{module.replace('.', '/')}.py"
        code, names = _code(text), imported(text)
        wrong += [f"{module} says {word}" for word, home in ONLY_IN.items() if re.search(word, code) and place != home]
        for library, homes in IMPORTED_ONLY_IN.items():
            if library in {name.split(".")[0] for name in names} and not place.startswith(homes):
                wrong.append(f"{module} imports {library}")
        wrong += [f"{module} imports {name}" for name in names if name.startswith(".")]
    return sorted(wrong)


def _code(text: str) -> str:
    """Return source text without docstrings and comments."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            node.body[0] = ast.Pass()
    return ast.unparse(tree)


def test_imports_point_down():
    assert upward_imports(modules(ROOT)) == []


def test_words_stay_at_home():
    assert misplaced_words(modules(ROOT)) == []


def test_every_module_has_a_floor():
    assert [name for name in modules(ROOT) if floor_of(name) is None and name not in ("gis",)] == []


def test_layers_are_standard_library_only():
    allowed = {"layers", "dataclasses", "typing", "re", "importlib", "pkgutil"}
    outside = {
        name.split(".")[0]
        for module, text in modules(ROOT).items()
        if module.startswith("layers")
        for name in imported(text)
    }
    assert outside <= allowed


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("gis.analysis.area", "from gis.view.map import base_map"),
        ("gis.analysis.area", "from gis.io.read import read_layer"),
        ("gis.io.read", "import gis.study"),
        ("gis.kernel.geodesy", "from gis.analysis import area"),
        ("gis.view.map", "from gis.app import state"),
        ("gis.app.cache", "from gis.cli import main"),
        ("gis.errors", "from gis.crs import MAP_CRS"),
        ("layers.complexes", "from gis.model import RANKS"),
    ],
)
def test_a_deliberate_break_is_found(module, text):
    assert upward_imports({module: text})


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("gis.analysis.area", "crs = 'EPSG:5186'"),
        ("gis.app.pages.map", "import streamlit as st\nst.session_state['x'] = 1"),
        ("gis.app.pages.map", "import streamlit as st\n@st.cache_data\ndef f(): pass"),
        ("gis.view.map", "import streamlit as st"),
        ("gis.app.pages.map", "import folium"),
        ("gis.app.pages.map", "from folium import Map"),
        ("gis.view.map", "from streamlit import html"),
        ("gis.io.read", "frame.to_crs(5186)"),
        ("gis.io.read", "from ..view import map"),
        ("gis.app.pages.map", "from streamlit_folium import st_folium\nst_folium(m)"),
    ],
)
def test_a_misplaced_word_is_found(module, text):
    assert misplaced_words({module: text})


def test_test_files_have_names_of_their_own():
    """pytest imports test files by their bare name; two of one name stop the whole run."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
