"""Router: page config and file pages, nothing else. The server loads this file once, each visit runs it anew."""

import streamlit as st

if __name__ != "__main__":
    from gis.app.routes import open_browser, tile_routes

    app = st.App(__file__, routes=tile_routes(), lifespan=open_browser)
else:
    from gis.app.frame import ICON, page_title

    st.set_page_config(page_title=page_title("app.title"), page_icon=ICON, layout="wide")
    st.navigation(
        [
            st.Page("gis/app/pages/map.py", title=page_title("page.map"), icon=":material/map:", default=True),
            st.Page("gis/app/pages/measure.py", title=page_title("page.measure"), icon=":material/straighten:"),
            st.Page("gis/app/pages/statutory.py", title=page_title("page.statutory"), icon=":material/table_view:"),
            st.Page("gis/app/pages/chain.py", title=page_title("page.chain"), icon=":material/account_tree:"),
            st.Page("gis/app/pages/siting.py", title=page_title("page.siting"), icon=":material/pin_drop:"),
            st.Page("gis/app/pages/scenarios.py", title=page_title("page.scenarios"), icon=":material/alt_route:"),
            st.Page("gis/app/pages/phases.py", title=page_title("page.phases"), icon=":material/timeline:"),
            st.Page("gis/app/pages/sources.py", title=page_title("page.sources"), icon=":material/library_books:"),
            st.Page("gis/app/pages/report.py", title=page_title("page.report"), icon=":material/description:"),
            st.Page("gis/app/pages/guides.py", title=page_title("page.guides"), icon=":material/menu_book:"),
        ],
        position="top",
    ).run()
