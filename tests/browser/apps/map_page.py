"""Show the map, and beside it what Python knows: its runs and the last event."""

import dataclasses
import json

import streamlit as st

from gis.app.map_widget import show_map
from gis.view.map import OSM, arc_elements, base_map, layer_elements, map_group, precision_circle
from tests.browser.apps import sample_map as sample

st.session_state.runs = st.session_state.get("runs", 0) + 1
parks = st.checkbox("공원", key="parks")
links = st.checkbox("연계", value=True, key="links")
tiles = st.checkbox("온라인 지도", key="tiles")
st.button("다시 실행", key="rerun")

base = base_map(sample.BOUNDS, tiles=[OSM] if tiles else [], texts=sample.TEXTS, geojson_base=sample.LAND_SHAPES)
group = map_group(
    layer_elements(sample.PARKS, sample.PARK_SHAPES) if parks else [],
    layer_elements(sample.COMPLEXES, sample.COMPLEX_SHAPES),
    layer_elements(sample.FIRMS, sample.FIRM_SHAPES),
    [precision_circle((126.76, 35.16), 500)],
    arc_elements(sample.LINKS) if links else [],
)
event = show_map(base, group, key="map", height=520)
seen = {"runs": st.session_state.runs, **dataclasses.asdict(event)}
st.code(json.dumps(seen, ensure_ascii=False), language="json")
