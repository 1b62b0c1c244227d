"""고시도면: a picture placed by control points, a boundary traced on it, kept as an outline of grade C."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from gis import study
from gis.analysis.georeference import LEAST_POINTS, METHODS, outside_count
from gis.app import cache, state
from gis.app.downloads import show_numbers
from gis.app.frame import faults_shown, plain, say
from gis.app.import_view import show_change
from gis.app.map_widget import show_map
from gis.app.routes import token_query
from gis.app.site_map import arrival_group, base
from gis.crs import GWANGJU_BELT, KOREAN_CODES, MAP_CRS, reproject
from gis.i18n import t
from gis.io.picture import ENDINGS, Sheet, finest_zoom
from gis.io.store import StoredLayer
from gis.io.write import layer_bytes
from gis.study import imports, pictures
from gis.study.pictures import GRADE, POINT_COLUMNS, Placed
from gis.view.georeference import fit_sentences, outline_sentences
from gis.view.map import DRAW_TEXTS, OWN_TILES, map_group
from gis.view.sentences import area_sentence
from gis.view.sheet import SHEET_TEXTS, Mark, mark_elements, marked, sheet_map
from gis.view.tables import label, layer_title

HEIGHT = 560
LON_LAT = MAP_CRS
PLANES = (*KOREAN_CODES[:7], LON_LAT)
"""What coordinates may be typed in, the usual first; degrees last."""
POINTS_SHOWN = ("number", "residual_n", "residual_e", "residual", "left_out", "worst")


def show_georeference(unit: str) -> None:
    """Take a picture of a drawing, let a person place it and trace on it, and keep what was traced."""
    st.caption(f"{t('georeference.intro')} {t('georeference.no_pdf')}")
    picked = st.file_uploader(t("georeference.upload"), list(ENDINGS), key="georeference-file")
    if picked is not None:
        with faults_shown():
            content = picked.getvalue()
            show_sheet(cache.sheet(picked.file_id, picked.name, content), content, unit)


def show_sheet(sheet: Sheet, content: bytes, unit: str) -> None:
    """Show the picture with its marks, the table of control points, and what follows from both."""
    say(t("georeference.picture", file=sheet.file, width=f"{sheet.width:,}", height=f"{sheet.height:,}"), strong=True)
    st.caption(t("georeference.how"))
    picture_box, table_box = st.columns([0.6, 0.4], gap="small")
    with table_box:
        crs, method = ways(sheet)
        points = points_table(sheet, crs)
        with faults_shown():
            take_vertex(sheet, points, crs)
    complete = points.dropna(subset=list(coordinates(crs)))
    known = None
    with table_box, faults_shown():
        known = placed(complete, method, crs, sheet)
    with picture_box:
        traces = show_picture(sheet, points, known)
    if known is not None:
        show_fit(sheet, known)
        if not traces:
            st.info(t("georeference.need_trace"), icon=":material/polyline:")
        else:
            with faults_shown():
                show_outline(sheet, known, traces, content, unit)


def ways(sheet: Sheet) -> tuple[str, str]:
    """Return the CRS in which coordinates are typed, and the kind of fit."""
    crs_box, method_box = st.columns(2)
    crs = crs_box.selectbox(
        t("georeference.crs"), PLANES, key=_key("crs", sheet),
        format_func=lambda code: t("georeference.degrees") if code == LON_LAT else code,
    )  # fmt: skip
    method = method_box.selectbox(
        t("georeference.method"), METHODS, key=_key("method", sheet),
        format_func=lambda name: t(f"georeference.{name}"),
    )  # fmt: skip
    return crs or GWANGJU_BELT, method or METHODS[0]


def _key(name: str, sheet: Sheet) -> str:
    """Return the key of a widget of one picture in one language: a widget answers with labels, which change with it."""
    return f"georeference-{name}-{sheet.sha256[:12]}-{state.language()}"


def coordinates(crs: str) -> tuple[str, str]:
    """Return the two columns that a person fills in."""
    return ("lon", "lat") if crs == LON_LAT else ("x_n", "y_e")


def points_table(sheet: Sheet, crs: str) -> pd.DataFrame:
    """Show the control points to be edited, and return them; what is typed is kept at once."""
    start, key = state.points_base(sheet.sha256, pictures.read_draft(sheet))
    shown = ["pixel_x", "pixel_y", *coordinates(crs)]
    formats = {"pixel_x": "%.1f", "pixel_y": "%.1f", "lon": "%.7f", "lat": "%.7f", "x_n": "%.3f", "y_e": "%.3f"}
    titles = {name: st.column_config.NumberColumn(t(f"column.{name}"), format=formats[name]) for name in POINT_COLUMNS}
    numbered = start.set_axis(range(1, len(start) + 1))
    points: pd.DataFrame = st.data_editor(
        numbered, key=key, column_order=shown, column_config=titles, num_rows="dynamic", width="stretch"
    )
    points = points.dropna(subset=["pixel_x", "pixel_y"])[list(POINT_COLUMNS)].astype(float)
    if state.keep_points(sheet.sha256, points):
        pictures.keep_draft(sheet, points)
    fill_box, take_box = st.columns([0.6, 0.4], vertical_alignment="bottom")
    filled = fill_box.file_uploader(
        t("georeference.points_file"), ["csv"], key=f"{key}-csv", help=t("georeference.points_hint")
    )
    take_box.download_button(
        t("georeference.points_download"), lambda: pictures.points_csv(points), "control_points.csv", "text/csv",
        key=f"{key}-save", on_click="ignore", type="tertiary", icon=":material/download:",
    )  # fmt: skip
    if filled is not None:
        with faults_shown():
            restart(sheet, pictures.point_table(filled.getvalue(), filled.name))
    return points


def restart(sheet: Sheet, points: pd.DataFrame) -> None:
    """Let the table start anew from `points`, kept at once."""
    state.replace_points(sheet.sha256, points)
    pictures.keep_draft(sheet, points)
    st.rerun()


def take_vertex(sheet: Sheet, points: pd.DataFrame, crs: str) -> None:
    """Let a person take a control point's coordinates from a corner of a layer."""
    if points.empty:
        return
    with st.expander(t("georeference.vertex")):
        layers = {name: layer for name, layer in study.known_layers().items() if layer.geometry in ("Polygon", "Point")}
        layer_box, feature_box = st.columns(2)
        stem = _key("vertex", sheet)
        name = layer_box.selectbox(
            t("georeference.vertex_layer"), list(layers), key=f"{stem}-layer",
            format_func=lambda one: layer_title(layers[one]),
        )  # fmt: skip
        names = cache.site_names(name)
        feature = feature_box.selectbox(
            t("georeference.vertex_feature"), list(names), key=f"{stem}-{name}", format_func=lambda one: names[one]
        )
        corners = pictures.corners(name, feature, crs)
        corner_box, row_box = st.columns(2)
        corner = corner_box.selectbox(
            t("georeference.vertex_number"), range(len(corners)), key=f"{stem}-{name}-{feature}",
            format_func=lambda one: f"{one + 1}: {corners[one][0]:,.2f}, {corners[one][1]:,.2f}",
        )  # fmt: skip
        row = row_box.selectbox(t("georeference.vertex_row"), range(1, len(points) + 1), key=f"{stem}-row")
        if st.button(t("georeference.vertex_take"), key=f"{stem}-take") and corner is not None and row is not None:
            changed = points.reset_index(drop=True)
            changed.loc[row - 1, list(coordinates(crs))] = corners[corner]
            restart(sheet, changed)


def placed(points: pd.DataFrame, method: str, crs: str, sheet: Sheet) -> Placed | None:
    """Return where the picture lies; None, and what is still wanting, with too few control points."""
    least = LEAST_POINTS[method]  # type: ignore[index]
    if len(points) < least:
        st.info(t("georeference.need_points", count=len(points), least=least), icon=":material/my_location:")
        return None
    return pictures.placed(points.reset_index(drop=True), method, crs, sheet)


def show_picture(sheet: Sheet, points: pd.DataFrame, known: Placed | None) -> list[list[tuple[float, float]]]:
    """Show the picture and return the boundaries traced on it; a new or moved mark changes the table."""
    finest = finest_zoom(sheet.width, sheet.height)
    texts = {name: t(f"leaflet.{name}") for name in DRAW_TEXTS}
    texts |= {name: t(f"map.{name}") for name in ("zoom_in", "zoom_out", "home")}
    texts |= {
        "label": t("georeference.label"),
        "tiles_offline": t("georeference.drawing_offline"),
        "draw.toolbar.buttons.circlemarker": t("georeference.mark"),
        "draw.handlers.circlemarker.tooltip.start": t("georeference.mark_tip"),
    }
    url = f"{OWN_TILES}/picture/{sheet.sha256}/{{z}}/{{x}}/{{y}}{token_query()}"
    chart = sheet_map(
        sheet.width,
        sheet.height,
        finest,
        url,
        {name: texts[name] for name in SHEET_TEXTS},
        f"sheet-{sheet.sha256[:12]}",
    )
    worst = None if known is None or known.fit.worst is None else known.fit.hull[known.fit.worst]
    numbers = [
        Mark(number, row.pixel_x, row.pixel_y, worst is not None and (worst == (row.pixel_x, row.pixel_y)).all())
        for number, row in enumerate(points.itertuples(), start=1)
    ]
    event = show_map(chart, map_group(mark_elements(numbers, finest)), key="georeference_picture", height=HEIGHT)
    marks, rings = marked(event.drawings, finest)
    before = state.seen_marks(sheet.sha256, marks if event.drawings_known else None)
    if event.drawings_known and before != marks:
        changed = pictures.after_marking(points, before, marks)
        if not changed.equals(points.reset_index(drop=True)):
            restart(sheet, changed)
    return rings


def show_fit(sheet: Sheet, known: Placed) -> None:
    """Say how well the control points agree, and list their residuals."""
    for line in fit_sentences(known, sheet):
        say(line, "- ")
    show_numbers(known.points[list(POINTS_SHOWN)])


def show_outline(
    sheet: Sheet, known: Placed, traces: Sequence[list[tuple[float, float]]], content: bytes, unit: str
) -> None:
    """Show the traced boundary on the map with its area, and offer to keep it and to use it."""
    if len(traces) > 1:
        st.caption(t("georeference.one_trace", count=len(traces)))
    trace = np.array(traces[-1])
    sites = cache.areas().set_index("id")["official_area"].dropna()
    complex_box, title_box = st.columns([0.4, 0.6])
    complex_id = complex_box.selectbox(
        t("georeference.complex"), list(sites.index), index=None, key=_key("complex", sheet),
        format_func=lambda one: label("place", one), placeholder=t("word.none"),
    )  # fmt: skip
    name = label("place", complex_id) if complex_id else sheet.file.rsplit(".", 1)[0]
    title = title_box.text_input(
        t("georeference.title"), name, max_chars=200, key=f"{_key('title', sheet)}-{complex_id}"
    )
    official = float(sites[complex_id]) if complex_id else None
    frame, story = pictures.traced_layer(sheet, known, trace, complex_id or "traced", official)
    frame["name"] = title.strip() or name
    area = study.areas(study.SourceLayer(title, frame)).iloc[0]
    words_box, map_box = st.columns([0.5, 0.5], gap="small")
    with words_box:
        st.subheader(t("georeference.outline"))
        say(area_sentence(area.to_dict(), unit), strong=True)
        for line in outline_sentences(frame, area, known.fit, outside_count(known.fit, trace), unit):
            say(line, "- ")
        kept = keep_form(sheet, content, frame, story, title.strip() or name, complex_id)
    with map_box:
        west, south, east, north = reproject(frame, MAP_CRS).total_bounds
        pad = max(east - west, north - south, 0.002) * 0.15
        chart = base((), f"placed-{sheet.sha256[:12]}", (west - pad, south - pad, east + pad, north + pad))
        show_map(chart, arrival_group(frame), key="georeference_map", height=360)
    if kept is not None and complex_id:
        show_change(imports.adopt_outline(complex_id, kept.name, (complex_id,), GRADE), unit)
    elif kept is not None:
        state.remember_kept([kept.name])


def keep_form(
    sheet: Sheet, content: bytes, frame: Any, story: dict[str, Any], title: str, complex_id: str | None
) -> StoredLayer | None:
    """Offer the outline as a file, and to keep it with picture, control points and trace; return what was kept now."""
    confidential = st.checkbox(t("import.confidential"), key=f"georeference-confidential-{sheet.sha256[:12]}")
    keep_box, take_box = st.columns(2, vertical_alignment="center")
    take_box.download_button(
        t("georeference.download"), lambda: layer_bytes(frame, ".geojson", "traced", story=story), "outline.geojson",
        key="georeference-download", on_click="ignore", type="tertiary", icon=":material/download:",
    )  # fmt: skip
    words = t("georeference.store_as", name=label("place", complex_id)) if complex_id else t("georeference.store")
    if not keep_box.button(words, key="georeference-store", type="primary", icon=":material/save:"):
        return None
    kept = pictures.keep_traced(content, sheet, frame, story, title, confidential=confidential)
    st.success(plain(t("georeference.kept", title=kept.title, name=kept.name)), icon=":material/check:")
    return kept
