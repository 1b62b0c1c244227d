"""안내서: the guides of `docs/` as they lie beside the program, read without internet."""

import re
from pathlib import Path

import streamlit as st

from gis.app.choices import segment
from gis.app.frame import header, show_page
from gis.i18n import LANGUAGES, language, t

DOCS = Path(__file__).parents[3] / "docs"
GUIDES = ("tutorial", "imports", "tables", "measures", "commands", "extend")
PICTURE = re.compile(r"!\[([^\]]*)\]\(([\w/-]+\.png)\)")
LINK = re.compile(rf"\]\(({'|'.join(GUIDES)})\.md(#[^)]*)?\)")


def page() -> None:
    header(t("guides.intro"))
    guide = segment(t("guides.part"), GUIDES, "guide", GUIDES[0], lambda name: t(f"guides.parts.{name}"))
    folder = DOCS / language()
    file = folder / f"{guide}.md"
    if not file.is_file():
        st.info(t("guides.missing", folder=str(DOCS)), icon=":material/folder_off:")
        return
    show_text(file.read_text(encoding="utf-8"), folder)


def show_text(text: str, folder: Path) -> None:
    """Show a guide: its pictures from its folder, links to other guides as links of this page."""
    spoken = "" if language() == LANGUAGES[0] else f"&lang={language()}"
    linked = LINK.sub(rf"](?guide=\1{spoken}\2)", text)
    words, *pictures = PICTURE.split(linked)
    st.markdown(words)
    for said, path, after in zip(pictures[::3], pictures[1::3], pictures[2::3], strict=True):
        st.image(folder / path, caption=said, width="stretch")
        st.markdown(after)


show_page(page)
