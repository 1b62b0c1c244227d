"""입지: where a site of N 만평 could go, why elsewhere it could not, and how criteria are weighed."""

from gis.app.choices import segment
from gis.app.frame import faults_shown, header, show_page
from gis.app.siting_view import show_search
from gis.app.weights_view import show_weights
from gis.i18n import t

PARTS = ("search", "weights")


def page() -> None:
    unit = header(t("siting.intro"))
    part = segment(t("siting.part"), PARTS, "siting_part", PARTS[0], lambda name: t(f"siting.part_{name}"))
    with faults_shown():
        if part == "weights":
            show_weights()
        else:
            show_search(unit)


show_page(page)
