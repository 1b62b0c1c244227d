"""Pages, state, cache and the map widget: the only home of Streamlit."""
