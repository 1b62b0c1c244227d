// A file takes out what it carries; the map draws it. Nothing is asked of any network.
(() => {
  const shapes = new Map([...document.querySelectorAll('script[type="application/geo+json"]')].map((one) => [one.dataset.name, one.textContent]));
  for (const button of document.querySelectorAll("[data-take]")) {
    button.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([shapes.get(button.dataset.take)], { type: "application/geo+json" }));
      link.download = button.dataset.take;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }
  const live = document.getElementById("live");
  live?.addEventListener("toggle", () => {
    if (!live.open || live.dataset.drawn || typeof L === "undefined") return;
    live.dataset.drawn = "yes";
    const map = L.map("map", { attributionControl: false });
    const group = L.featureGroup([...shapes.values()].map((text) => L.geoJSON(JSON.parse(text), {
      style: { color: "#1f2933", weight: 2, dashArray: "4 5", fillOpacity: 0.25 },
      onEachFeature: (feature, layer) => {
        const told = document.createElement("span");
        told.textContent = feature.properties.name ?? feature.properties.id;
        layer.bindTooltip(told, { permanent: true, direction: "center" });
      },
    }))).addTo(map);
    map.fitBounds(group.getBounds(), { padding: [20, 20] });
  });
})();
