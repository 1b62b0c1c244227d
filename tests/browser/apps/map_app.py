"""Two pages, one with the map, as small as they can be."""

import streamlit as st

from gis.app.map_assets import font_css

st.set_page_config(layout="wide")
st.html(f"<style>{font_css()}</style>")
st.navigation(
    [
        st.Page("map_page.py", title="지도", url_path="map", default=True),
        st.Page("other_page.py", title="다른 쪽", url_path="other"),
    ]
).run()
