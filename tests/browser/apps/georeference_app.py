"""The view that places a picture, on a page of its own, with the routes that it needs."""

import streamlit as st

if __name__ != "__main__":
    from gis.app.routes import tile_routes

    app = st.App(__file__, routes=tile_routes())
else:
    from gis.app.frame import header
    from gis.app.georeference_view import show_georeference

    st.set_page_config(layout="wide")
    show_georeference(header("고시도면"))
