"""A page without a map, to leave for and come back from."""

import streamlit as st

st.write("지도가 없는 쪽")
