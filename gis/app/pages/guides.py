"""안내서: the guides of `docs/` as they lie beside the program, read without internet."""

import re
from pathlib import Path

import streamlit as st

from gis.app.choices import segment
from gis.app.frame import header, show_page
from gis.i18n import LANGUAGES, language, t

DOCS = Path(__file__).parents[3] / "docs"
GUIDES = ("tutorial", "imports", "tables", "measures", "commands", "extend")
PIECE = re.compile(r"^(## .+|!\[[^\]]*\]\([\w/-]+\.png\))$", re.MULTILINE)  # headings and pictures
PICTURE = re.compile(r"!\[([^\]]*)\]\(([\w/-]+\.png)\)")
LINK = re.compile(rf"\]\(({'|'.join(GUIDES)})\.md(#[^)]*)?\)")
CODE = """<style>
[data-testid="stMarkdown"] code {font-family: "Source Code Pro", "GIS Gothic", monospace}
[data-testid="stMarkdown"] pre {white-space: pre-wrap; overflow: hidden}
[data-testid="stMarkdown"] pre code, [data-testid="stMarkdown"] pre code span {color: inherit !important; white-space: pre-wrap !important}
</style>"""
# Streamlit's type for code has no Korean letters, and its colors too little contrast. (A bare text would be shown.)


def page() -> None:
    header(t("guides.intro"))
    guide = segment(t("guides.part"), GUIDES, "guide", GUIDES[0], lambda name: t(f"guides.parts.{name}"))
    folder = DOCS / language()
    file = folder / f"{guide}.md"
    if not file.is_file():
        st.info(t("guides.missing", folder=str(DOCS)), icon=":material/folder_off:")
        return
    st.html(CODE)
    show_text(file.read_text(encoding="utf-8"), folder)


def show_text(text: str, folder: Path) -> None:
    """Show a guide: headings with anchors, pictures from its folder, links to other guides as links of this page."""
    spoken = "" if language() == LANGUAGES[0] else f"&lang={language()}"
    for piece in PIECE.split(LINK.sub(rf"](?guide=\1{spoken}\2)", text)):
        picture = PICTURE.fullmatch(piece)
        if picture:
            st.image(folder / picture[2], caption=picture[1], alt=picture[1], width="stretch")
        elif piece.startswith("## "):
            heading = piece.removeprefix("## ")
            st.header(heading, anchor=re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-")))
        elif piece.strip():
            st.markdown(piece)


show_page(page)
