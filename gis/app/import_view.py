"""가져오기: a person's file from the drop to the map; what is wrong with it is said before anything is kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from gis import study
from gis.app import cache, state
from gis.app.downloads import show_numbers, show_table
from gis.app.frame import faults_shown, plain, say
from gis.app.map_widget import show_map
from gis.app.site_map import arrival_base, arrival_group
from gis.errors import GisError
from gis.i18n import language, t
from gis.io.encoding import ENCODINGS
from gis.io.formats import FILE_ENDINGS, MISTAKEN_ENDINGS
from gis.io.read import Arrival, Reading
from gis.io.store import DRAWN, StoredLayer
from gis.model import RANKS
from gis.study import imports, kinds
from gis.study.imports import OUTLINE_GRADES, Keeping, OutlineChange
from gis.study.kinds import RASTER_ENDINGS
from gis.view.sentences import change_sentences, problem_sentences, story_sentence
from gis.view.tables import label, layer_title, local_time, shown, told_story

PREVIEW_ROWS = 8
SCHEMATIC_OUTLINE = 0
"""What stands for the bundled outline among the numbers of the imported ones."""


def show_import(unit: str) -> None:
    """Take files, show how they are read, ask what only a person can know, and keep them."""
    st.caption(t("import.intro"))
    picked = st.file_uploader(
        t("import.drop"), [ending.removeprefix(".") for ending in (*FILE_ENDINGS, *RASTER_ENDINGS, *MISTAKEN_ENDINGS)],
        accept_multiple_files=True, key="import-files",
    )  # fmt: skip
    if not picked:
        return
    files = {one.name: one.getvalue() for one in picked}
    upload = "|".join(sorted(one.file_id for one in picked))
    with faults_shown():
        kind = cache.upload_kind(upload, files)
        if kind == kinds.SHAPES:
            show_shapes(files, upload)
        else:
            say(t("import.is_kind", kind=t(f"import.kind_{kind.lower()}")), strong=True)
            show_other(files, kind, upload)


def show_shapes(files: dict[str, bytes], upload: str) -> None:
    """Show how shapes are read, with the answers that they may need, and keep them."""
    arrived = asked_arrival(upload, files)
    if arrived is None:
        return
    show_preview(arrived)
    keep_arrival(arrived, upload)


def show_other(files: dict[str, bytes], kind: str, upload: str) -> None:
    """Show how a raster or a table without shapes is read, with the answers that it may need, and keep it."""
    name = next(iter(files))
    box = st.text_input(
        t("import.other_crs") if kind == kinds.RASTER else t("import.sheet"), key=f"import-other-{upload}",
        placeholder=t("import.crs_hint") if kind == kinds.RASTER else "",
    ).strip()  # fmt: skip
    reading = Reading(crs=box or None) if kind == kinds.RASTER else Reading(layer=box or None)
    show_numbers(cache.upload_check(upload, files, kind, reading))
    keep_form(Path(name).stem, name, upload, lambda keeping: [kinds.keep_uploaded(files, kind, reading, keeping)])


def keep_arrival(arrived: Arrival, upload: str) -> None:
    """Ask what people call shapes that were read, and keep them."""
    keep_form(arrived.title, arrived.story["file"], upload, lambda keeping: imports.keep(arrived, keeping))


def asked_arrival(upload: str, files: dict[str, bytes]) -> Arrival | None:
    """Return the file as it is read with the answers given so far; None while a question stands open."""
    encoding_box, polygons_box = st.columns([0.3, 0.7], vertical_alignment="bottom")
    encoding = encoding_box.selectbox(
        t("import.encoding"), ["", *ENCODINGS], format_func=lambda name: name or t("import.by_content"),
        key=worded(f"import-encoding-{upload}"),
    )  # fmt: skip
    polygons = polygons_box.checkbox(t("import.polygons"), key=f"import-polygons-{upload}")
    group = st.text_input(t("import.group"), key=f"import-group-{upload}") if polygons else ""
    answers: dict[str, Any] = {"encoding": encoding or None, "polygons": polygons, "group": group.strip() or None}
    for _ in range(4):  # a layer, a CRS, the axes: each question is asked once
        try:
            with st.spinner(t("import.reading"), show_time=True):
                arrived = cache.arrival(upload, files, Reading(**answers))
            picked = drawing_layer(arrived, upload)
            return arrived if picked is None else cache.arrival(upload, files, Reading(**answers, layer=picked))
        except GisError as error:
            answer = ask(error, upload)
            if answer is None:
                return None
            answers |= answer
    return None


def drawing_layer(arrived: Arrival, upload: str) -> str | None:
    """Return the one layer of a drawing to bring in; None for all of it."""
    if Path(arrived.story["file"]).suffix.lower() != ".dxf" or arrived.frame["Layer"].nunique() < 2:
        return None
    counts = arrived.frame["Layer"].value_counts()
    return st.selectbox(
        t("import.drawing_layer"), list(counts.index), index=None, key=worded(f"import-drawing-{upload}"),
        format_func=lambda name: f"{name} ({counts[name]})", placeholder=t("word.all"),
    )  # fmt: skip


def ask(error: GisError, upload: str) -> dict[str, Any] | None:
    """Return the answer to the question that a fault is; a fault that is no question is shown."""
    if error.key == "many_layers":
        names = [str(name) for name in error.values["names"]]  # type: ignore[attr-defined]
        chosen = st.selectbox(t("import.which_layer"), names, index=None, key=worded(f"import-layer-{upload}"))
        return None if chosen is None else {"layer": chosen}
    if error.key in ("which_crs", "which_axes"):
        st.warning(t("import.ask_crs" if error.key == "which_crs" else "import.ask_axes"), icon=":material/help:")
        found: list[Any] = list(error.values["found"])  # type: ignore[call-overload]
        chosen = st.selectbox(
            t("import.which_crs"), found, index=None, key=worded(f"import-crs-{upload}"), format_func=candidate_text
        )
        return None if chosen is None else {"crs": chosen.crs, "swap": chosen.swapped}
    if error.key in ("swapped_axes", "outside_korea", "ballpark", "unknown_crs", "bessel_which", "no_candidate"):
        st.error(plain(str(error)), icon=":material/error:")
        crs_box, swap_box = st.columns([0.6, 0.4], vertical_alignment="bottom")
        crs = crs_box.text_input(
            t("import.other_crs"), key=f"import-other-crs-{upload}", placeholder=t("import.crs_hint")
        )
        swap = swap_box.checkbox(t("import.swap"), key=f"import-swap-{upload}")
        answer = {**({"crs": crs} if crs else {}), **({"swap": True} if swap else {})}
        return answer or None
    st.error(plain(str(error)), icon=":material/error:")
    return None


def candidate_text(candidate: Any) -> str:
    """Return a candidate CRS in words: its code, where it puts the file, and whether the axes are exchanged."""
    swapped = t("import.swapped") if candidate.swapped else ""
    place = study.place_at(candidate.lon, candidate.lat) or t("word.outside_units")
    return f"{candidate.crs} · {candidate.lon:.4f}°E {candidate.lat:.4f}°N · {place} {swapped}".strip()


def show_preview(arrived: Arrival) -> None:
    """Show how the file was read, what is wrong with it, its first rows, and where it lies."""
    say(story_sentence(arrived.story, len(arrived.frame)), strong=True)
    for known in imports.kept_before(arrived):
        st.info(t("sentence.kept_before", title=plain(known.title), name=known.name), icon=":material/content_copy:")
    for line in problem_sentences(arrived.problems):
        say(line, "- ")
    if len(arrived.problems):
        with st.expander(t("import.all_problems", count=len(arrived.problems))):
            show_table(arrived.problems, "problems")
    table_box, map_box = st.columns([0.55, 0.45], gap="small")
    with table_box:
        given = arrived.frame.drop(columns=["geometry", "file_row"]).dropna(axis=1, how="all").head(PREVIEW_ROWS)
        st.dataframe(pd.DataFrame(given).astype(str), hide_index=True, width="stretch")
        st.caption(t("import.preview_note"))
    with map_box:
        show_map(arrival_base(arrived.frame), arrival_group(arrived.frame), key="import_map", height=320)


def keep_form(named: str, file: str, upload: str, keep: Callable[[Keeping], list[StoredLayer]]) -> None:
    """Ask what people call the layer and what it rests on, and keep it."""
    with st.form(f"keep-{upload}", border=True):
        title_box, grade_box, rank_box = st.columns([0.5, 0.25, 0.25])
        title = title_box.text_input(t("import.title"), named, max_chars=200)
        grade = grade_box.selectbox(t("column.grade"), ["", "A", "B", "C", "D"], format_func=grade_text)
        rank = rank_box.selectbox(t("column.rank"), ["", *RANKS[:4]], format_func=rank_text)
        source_box, license_box, date_box = st.columns([0.4, 0.35, 0.25])
        source = source_box.text_input(t("import.source"), placeholder=file, max_chars=200)
        license = license_box.text_input(t("import.license"), max_chars=200)
        date = date_box.date_input(t("column.base_date"), None, min_value="1900-01-01", max_value="2100-12-31")
        sigma_box, secret_box = st.columns([0.4, 0.6], vertical_alignment="bottom")
        sigma = sigma_box.number_input(t("import.vertex_sigma"), 0.001, 999.0, None, format="%.3f")
        confidential = secret_box.checkbox(t("import.confidential"))
        if not st.form_submit_button(t("import.keep"), type="primary", icon=":material/save:"):
            return
    with faults_shown():
        keeping = Keeping(
            title=title.strip() or None, grade=grade or None, vertex_sigma=sigma, source=source.strip() or None, rank=rank or None,
            license=license.strip() or None, base_date=date.isoformat() if date else None, confidential=confidential,
        )  # fmt: skip
        kept = keep(keeping)
        state.remember_kept([one.name for one in kept])
        st.success(t("import.kept", names=", ".join(plain(one.title) for one in kept)), icon=":material/check:")


def worded(key: str) -> str:
    """Return the key of a widget with words as options: in another language it is another widget."""
    return f"{key}-{language()}"


def grade_text(grade: str) -> str:
    """Return a boundary grade in words; none is a choice too."""
    return label("grade", grade) if grade else t("import.no_grade")


def rank_text(rank: str) -> str:
    """Return a rank of sources in words."""
    return label("rank", rank or "none")


def show_last_kept(unit: str) -> None:
    """Offer what was kept last as a layer on the map and, by its names, as outlines of complexes."""
    known = study.known_layers()
    for name in (name for name in state.last_kept() if name in known):
        with st.container(border=True):
            say(t("import.on_map", title=layer_title(known[name])))
            with faults_shown():
                if known[name].geometry == "Polygon":
                    adopt_form(name, unit)


def adopt_form(name: str, unit: str) -> None:
    """Let a person make features of a layer the outline of a complex; those of the complex's name come first."""
    matches = cache.outline_matches(name)
    named = dict(zip(matches["complex"], matches["ids"], strict=True))
    sites, features = cache.boundary_grades(), cache.site_names(name)
    complex_box, feature_box, grade_box = st.columns([0.25, 0.5, 0.25])
    order = [*named, *(one for one in sites if one not in named)]
    chosen = complex_box.selectbox(
        t("import.outline_of"), order, index=0 if named else None, format_func=lambda one: label("place", one),
        key=worded(f"outline-complex-{name}"),
    )  # fmt: skip
    default = list(named.get(chosen, ())) or (list(features) if len(features) == 1 else [])
    ids = feature_box.multiselect(
        t("import.outline_features"), list(features), default, format_func=lambda one: f"{features[one]} ({one})",
        key=worded(f"outline-features-{name}-{chosen}"),
    )  # fmt: skip
    own = imports.own_grade(name)
    grade = grade_box.selectbox(
        t("column.grade"),
        OUTLINE_GRADES,
        index=OUTLINE_GRADES.index(own) if own else None,
        format_func=grade_text,
        key=worded(f"outline-grade-{name}"),
    )
    if chosen in named:
        st.caption(t("import.matched", names=", ".join(plain(features[one]) for one in named[chosen])))
    ready = bool(chosen and ids and grade)
    pressed = st.button(
        t("import.adopt"), key=f"outline-adopt-{name}", disabled=not ready, icon=":material/swap_horiz:"
    )
    if pressed and chosen and grade:
        show_change(imports.adopt_outline(chosen, name, tuple(ids), grade), unit)


def show_change(change: OutlineChange, unit: str) -> None:
    """Show what another outline changed, in words and as tables."""
    for line in change_sentences(change, unit):
        say(line, "- ")
    for name in ("area", "distances", "adjacency"):
        with st.expander(t(f"import.change_{name}"), expanded=name == "area"):
            show_table(getattr(change, name), f"change_{'_'.join(change.complexes)}_{name}", unit)


def show_imported(unit: str) -> None:
    """List what was imported; rename, restyle, export, remove; and choose the outline of each complex."""
    stored = imports.stored_layers()
    if not stored:
        st.info(t("import.nothing"))
        return
    show_table(imports.import_table(stored), "imported", unit)
    by_name = {one.name: one for one in stored}
    chosen = st.selectbox(
        t("import.choose"), list(by_name), format_func=lambda name: by_name[name].title, key="imported-layer"
    )
    if chosen:
        manage(by_name[chosen])
    st.subheader(t("import.outlines"))
    show_outlines(unit)


def manage(stored: StoredLayer) -> None:
    """Let a person change, take away or remove one imported layer."""
    name_box, fill_box, stroke_box, weight_box, opacity_box = st.columns([0.4, 0.12, 0.12, 0.18, 0.18])
    title = name_box.text_input(t("import.title"), stored.title, max_chars=200, key=f"title-{stored.name}")
    drawable = stored.kind in DRAWN
    style: dict[str, Any] = {}
    if drawable:
        drawn = study.declared(stored).style
        style = {
            "fill": fill_box.color_picker(t("import.fill"), drawn.fill, key=f"fill-{stored.name}"),
            "stroke": stroke_box.color_picker(t("import.stroke"), drawn.stroke, key=f"stroke-{stored.name}"),
            "weight": weight_box.number_input(
                t("import.weight"), 0.0, 10.0, drawn.weight, 0.5, key=f"weight-{stored.name}"
            ),
            "fill_opacity": opacity_box.number_input(
                t("import.opacity"), 0.0, 1.0, drawn.fill_opacity, 0.05, key=f"opacity-{stored.name}"
            ),
        }
    save_box, remove_box, sure_box, export_box = st.columns([0.15, 0.15, 0.35, 0.35], vertical_alignment="center")
    with faults_shown():
        if save_box.button(t("import.save"), key=f"save-{stored.name}", icon=":material/save:"):
            imports.rename(stored.name, title)
            if drawable:
                imports.restyle(stored.name, **style)
            st.rerun()
        sure = sure_box.checkbox(t("import.sure"), key=f"sure-{stored.name}")
        if remove_box.button(
            t("import.remove"), key=f"remove-{stored.name}", disabled=not sure, icon=":material/delete:"
        ):
            imports.remove(stored.name)
            st.rerun()
    if drawable:
        with export_box:
            if stored.confidential and not st.checkbox(t("import.export_sure"), key=f"export-sure-{stored.name}"):
                return
            st.download_button(
                t("import.export"), lambda: cache.layer_file(stored.name, ".gpkg"), f"{stored.name}.gpkg",
                key=f"export-{stored.name}", on_click="ignore", type="tertiary", icon=":material/download:",
            )  # fmt: skip
    with st.expander(t("import.story")):
        st.dataframe(shown(told_story(stored)), hide_index=True)
        if stored.story.get("problems"):
            show_table(pd.DataFrame(stored.story["problems"]), f"problems_{stored.name}")


def use_outline(complex_id: str, former: int, number: int) -> None:
    """Use another outline of a complex before the page is drawn again."""
    with faults_shown():
        imports.use_outline(complex_id, number or None)
        state.remember_change(complex_id, former, number)


def show_outlines(unit: str) -> None:
    """Show which boundary each complex has, and let a person go back to another."""
    table = imports.outline_table()
    for complex_id, grade in cache.boundary_grades().items():
        mine = table[table["complex"] == complex_id]
        named = {one.name: one.title for one in imports.stored_layers()}
        titles = {SCHEMATIC_OUTLINE: t("import.schematic")} | {
            int(
                row.number
            ): f"{row.number}: {named.get(row.layer, row.layer)} · {row.grade} · {local_time(row.adopted_at)}"
            for row in mine.itertuples()
        }
        used = next((int(row.number) for row in mine.itertuples() if row.in_use), SCHEMATIC_OUTLINE)
        name_box, choice_box, button_box = st.columns([0.3, 0.5, 0.2], vertical_alignment="center")
        name_box.markdown(plain(f"{label('place', complex_id)} · {label('grade', grade)}"))
        number = choice_box.selectbox(
            t("import.outline"), list(titles), index=list(titles).index(used), key=worded(f"outline-{complex_id}"),
            format_func=titles.__getitem__, label_visibility="collapsed",
        )  # fmt: skip
        button_box.button(
            t("import.use"), key=f"use-{complex_id}", disabled=number == used,
            on_click=use_outline, args=(complex_id, used, number),
        )  # fmt: skip
    with faults_shown():
        changed = state.changed_outline()
        if changed is not None:
            show_change(imports.change_between(*changed), unit)
    if len(table):
        show_table(table, "outlines")
