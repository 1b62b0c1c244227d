"""공식 서비스: layers of VWorld, asked for with the planner's own key, checked and kept as a file's are."""

import os

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from gis.app import cache, state
from gis.app.choices import select
from gis.app.frame import faults_shown, plain, say
from gis.app.import_view import keep_arrival, show_preview
from gis.app.state import ServiceRequest
from gis.errors import GisError
from gis.i18n import either, t
from gis.io.vworld_wire import Service
from gis.study import services
from gis.view.tables import label


def vworld_service() -> Service:
    """Return VWorld with the key of the environment or of Streamlit's secrets; the key goes nowhere else."""
    try:
        secrets = st.secrets.to_dict()
    except StreamlitSecretNotFoundError:
        secrets = {}
    key, domain = (str(secrets.get(name) or os.environ.get(name, "")) for name in ("VWORLD_KEY", "VWORLD_DOMAIN"))
    return services.service(key or None, domain or None)


def show_services(unit: str) -> None:
    """Fetch a layer with the planner's key, show it, and keep it; without a key, say where it belongs."""
    st.caption(t("services.intro"))
    with faults_shown():
        service = vworld_service()
        if service.key:
            ask(service)
        else:
            st.info(plain(str(GisError("vworld.no_key"))), icon=":material/key:")


def ask(service: Service) -> None:
    """Ask which layer around which complex, and show what was asked for last."""
    layers = services.fetchable_layers()
    layer_box, near_box, buffer_box = st.columns([0.45, 0.3, 0.25])
    with layer_box:
        layer = select(
            t("services.layer"), list(layers), "vworld", next(iter(layers)),
            lambda name: either(layers[name].title, layers[name].title_en),
        )  # fmt: skip
    with near_box:
        near = select(
            t("services.near"), list(cache.boundary_grades()), "near", "bitgreen", lambda name: label("place", name)
        )
    buffer = buffer_box.number_input(t("services.buffer"), 0.0, 20.0, 2.0, 0.5, key="vworld-buffer")
    if layer and near and st.button(t("services.fetch"), type="primary", icon=":material/cloud_download:"):
        state.ask_service(layer, near, buffer * 1000)
    asked = state.service_request()
    if asked is not None:
        show_fetched(asked, service)


def show_fetched(asked: ServiceRequest, service: Service) -> None:
    """Fetch what was asked for, once, and show it; a click anywhere stops between two calls, and nothing is kept then."""
    place = st.empty()
    with place.container():
        bar = st.progress(0.0, t("services.waiting"))
        st.button(t("services.stop"), icon=":material/stop_circle:", on_click=state.forget_service)

    def advance(done: int, expected: int | None) -> None:
        share = min(done / expected, 1.0) if expected else 0.0
        bar.progress(share, t("services.progress", done=f"{done:,}", expected=f"{expected:,}" if expected else "?"))

    try:
        arrived = cache.fetched(asked, service, advance)
    except GisError:
        state.forget_service()
        raise
    finally:
        place.empty()
    for remark in arrived.story.get("remarks") or ():
        say(str(remark), "- ")
    show_preview(arrived)
    keep_arrival(arrived, asked.ticket)
