"""링크와 내 작업: on every page, the address that opens it again as it is seen, and all work as one file."""

from functools import cache
from typing import Any

import streamlit as st

from gis.i18n import t
from gis.study import work
from gis.view.page_css import LINK_CSS

MOST_BYTES = 30 * 2**20
"""The largest layer that the button takes along; the command takes any."""
LINK_JS = """
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  const address = parentElement.querySelector("input");
  button.textContent = data.copy;
  address.setAttribute("aria-label", data.address);
  address.hidden = true;

  const seen = () => {
    const link = new URL(window.location.href);
    link.searchParams.delete("view");
    try {
      const { center, zoom } = JSON.parse(sessionStorage.getItem("site-map:view"));
      link.searchParams.set("view", [center.lat.toFixed(5), center.lng.toFixed(5), zoom].join(","));
    } catch {
      // nobody moved the map: it opens at home
    }
    return link.href;
  };

  button.onclick = async () => {
    address.value = seen();
    try {
      await navigator.clipboard.writeText(address.value);
      address.hidden = true;
    } catch {
      address.hidden = false; // over plain HTTP a browser lends no clipboard: a person copies it
      address.select();
    }
    button.textContent = address.hidden ? data.copied : data.select;
    setTimeout(() => { button.textContent = data.copy; }, 4000);
  };
}
"""


def show_share() -> None:
    """Draw the button that copies the address of what is seen, and the one that downloads all work but 대외비."""
    with st.container(key="share", horizontal=True):
        words = {name: t(f"work.{name}") for name in ("copy", "copied", "select", "address")}
        _link()(data=words, key="copy-link")
        st.download_button(
            t("work.download"), lambda: work.work_bytes(most_bytes=MOST_BYTES), "gis_work.zip", key="my-work",
            on_click="ignore", type="tertiary", icon=":material/inventory_2:", help=t("work.hint"),
        )  # fmt: skip


@cache
def _link() -> Any:
    """Return the button as a component: a page cannot reach the clipboard or the map's view otherwise."""
    return st.components.v2.component(
        "copy_link", html='<button type="button"></button><input readonly hidden>', css=LINK_CSS, js=LINK_JS
    )
