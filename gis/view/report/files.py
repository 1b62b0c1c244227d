"""A report in the form that the ending of its file names."""

import io
import zipfile
from collections.abc import Callable
from pathlib import PurePath

import pandas as pd

from gis import study
from gis.errors import InputError
from gis.i18n import t
from gis.io.document import Document, Table, numbered
from gis.io.hwpx import hwpx_bytes
from gis.io.pdf import pdf_bytes
from gis.io.write import layer_bytes, steady_zip, xlsx_bytes
from gis.view.report.html import html_text

SHAPE_ENDINGS = (".geojson", ".gpkg", ".dxf")


def workbook(document: Document) -> bytes:
    """Return a sheet a table: units in headers, numbers as numbers; what the document rests on first, sources last."""
    about = pd.DataFrame(document.facts, columns=[t("document.word.about"), document.title])
    sheets = {t("document.word.about"): about}
    for _, number, blocks in numbered(document):
        for block, at in blocks:
            if isinstance(block, Table):
                sheets[f"{number}-{at} {block.caption}"] = block.rows if block.sheet is None else block.sheet
    return xlsx_bytes(sheets if document.sources is None else sheets | {t("ui.sources"): document.sources})


def bundle(document: Document) -> bytes:
    """Return one zip: the report as PDF, HWPX, HTML and XLSX, and the complexes as GeoJSON, GPKG and DXF."""
    editable = hwpx_bytes(document)  # first: what it takes of memory is free again for the PDF
    files = {
        "report.pdf": pdf_bytes(document),
        "report.hwpx": editable,
        "report.html": html_text(document).encode(),
        "report.xlsx": workbook(document),
        **{name: text.encode() for name, text in document.shapes.items()},
    }
    if document.shapes:
        frame, story = study.layer(study.COMPLEXES), study.export_story(study.COMPLEXES)
        for ending in SHAPE_ENDINGS[1:]:
            files[f"complexes{ending}"] = layer_bytes(frame, ending, study.COMPLEXES, story=story)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return steady_zip(packed.getvalue())


FORMS: dict[str, Callable[[Document], bytes]] = {
    ".pdf": pdf_bytes,
    ".html": lambda document: html_text(document).encode(),
    ".hwpx": hwpx_bytes,
    ".xlsx": workbook,
    ".zip": bundle,
}
"""What writes each form."""


def form_of(name: str) -> Callable[[Document], bytes]:
    """Return what writes the form that a file name ends with.

    Raises
    ------
    InputError
        Where a report has no such form.
    """
    ending = PurePath(name).suffix.lower()
    if ending not in FORMS:
        raise InputError("report.ending", ending=ending or "-", known=", ".join(FORMS))
    return FORMS[ending]
