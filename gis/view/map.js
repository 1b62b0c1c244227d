/* The map in the browser. `gis/view/map.py` calls these functions with the map or the
   group of layers and plain JSON. Nothing here asks the server for anything. */
"use strict";

const siteMap = (() => {
  const GRS80 = { a: 6378137, e2: 0.006694380022901 };
  const RADIANS = Math.PI / 180;
  const OFFLINE_AFTER = { errors: 3, silence: 4000 };
  let words = {};

  // ---- measures on the ellipsoid -------------------------------------------------

  /** Length of a line in m, by its mid-latitude: below 1e-5 off up to 100 km. */
  function distance(from, to) {
    const middle = ((from.lat + to.lat) / 2) * RADIANS;
    const w2 = 1 - GRS80.e2 * Math.sin(middle) ** 2;
    const north = ((GRS80.a * (1 - GRS80.e2)) / w2 ** 1.5) * (to.lat - from.lat) * RADIANS;
    const east = (GRS80.a / Math.sqrt(w2)) * Math.cos(middle) * (to.lng - from.lng) * RADIANS;
    return Math.hypot(north, east);
  }

  /** Area of a ring in m²: its great circles on the sphere of equal area. */
  function area(ring) {
    const e = Math.sqrt(GRS80.e2);
    const q = (lat) => {
      const es = e * Math.sin(lat * RADIANS);
      return es / (1 - es * es) + Math.log((1 + es) / (1 - es)) / 2;
    };
    const halfTangent = ({ lat }) => Math.tan(Math.asin(q(lat) / q(90)) / 2);
    const excess = ring.reduce((sum, corner, i) => {
      const next = ring[(i + 1) % ring.length];
      const [here, there] = [halfTangent(corner), halfTangent(next)];
      const turn = Math.tan(((next.lng - corner.lng) * RADIANS) / 2);
      return sum + 2 * Math.atan2(turn * (here + there), 1 + here * there);
    }, 0);
    const radius2 = (GRS80.a ** 2 * (1 - GRS80.e2) * q(90)) / (2 * e);
    return Math.abs(excess) * radius2;
  }

  function length(line) {
    return line.slice(1).reduce((sum, point, i) => sum + distance(line[i], point), 0);
  }

  const digits = (x) => x.toLocaleString("en-US", { maximumSignificantDigits: 4 });
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => digits(values[name]));
  const lengthText = (m) =>
    fill(words[m < 1000 ? "length_small" : "length_large"], { m, km: m / 1000 });
  const areaText = (m2) =>
    fill(words[m2 < 10000 ? "area_small" : "area_large"], {
      m2, ha: m2 / 1e4, man_m2: m2 / 1e4, km2: m2 / 1e6, pyeong: (m2 * 121) / 400,
    });

  /** Let the drawing tools measure as we do, while the mouse moves. */
  function measureWhileDrawing(map) {
    map.distance = distance;
    L.GeometryUtil.geodesicArea = area;
    L.GeometryUtil.readableArea = areaText;
    L.GeometryUtil.readableDistance = lengthText;
  }

  /** Keep its measure written on a drawn shape. */
  function showMeasure(shape) {
    const points = shape.getLatLngs();
    const closed = shape instanceof L.Polygon;
    const text = closed ? areaText(area(points[0])) : lengthText(length(points));
    if (!shape.getTooltip()) {
      shape.bindTooltip(text, { permanent: true, direction: "center", className: "site-measure" });
    }
    shape.setTooltipContent(text);
    shape.getTooltip().setLatLng(shape.getBounds().getCenter());
  }

  // ---- the base ------------------------------------------------------------------

  function frame(map, options) {
    words = options.words;
    Object.entries(options.drawWords).forEach(([path, text]) => setPath(L.drawLocal, path, text));
    measureWhileDrawing(map);
    map.getContainer().setAttribute("aria-label", words.label);
    map.getContainer().dataset.version = options.version;
    map.attributionControl.setPrefix(false);
    map.createPane("site-land").style.zIndex = 150; // below the tiles
    map.createPane("site-points").style.zIndex = 450; // above areas and arcs
    map.createPane("site-labels").style.zIndex = 620; // above markers
    L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
    addHomeButton(map, options.home);
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
    map.on("zoomend", () => arrange(map));
    document.fonts.addEventListener("loadingdone", () => arrange(map)); // widths change
  }

  function setPath(target, path, value) {
    const names = path.split(".");
    const last = names.pop();
    names.reduce((inner, name) => inner[name], target)[last] = value;
  }

  function addHomeButton(map, home) {
    const bar = map.getContainer().querySelector(".leaflet-control-zoom");
    const button = L.DomUtil.create("a", "site-home", bar);
    Object.assign(button, { href: "#", title: words.home });
    button.setAttribute("role", "button");
    button.setAttribute("aria-label", words.home);
    L.DomEvent.on(button, "click", (event) => {
      L.DomEvent.stop(event);
      map.fitBounds(home);
    });
  }

  function land(map, { collection, style }) {
    L.geoJSON(collection, {
      style,
      pane: "site-land",
      interactive: false,
      smoothFactor: 1.5,
      onEachFeature(feature, shape) {
        const { name } = feature.properties;
        const tag = name && element("span", "site-land-name", name);
        if (tag) labelFor(shape, tag, { pane: "site-land", rank: 2, optional: true }).addTo(map);
      },
    }).addTo(map);
  }

  /** Tiles that leave the map when the browser cannot reach them. */
  function tiles(map, { url, options }) {
    const online = L.tileLayer(url, options);
    let errors = 0;
    let arrived = false;
    const giveUp = () => {
      if (arrived || !map.hasLayer(online)) return;
      map.removeLayer(online);
      map.getContainer().dataset.tiles = "offline";
      if (map.getContainer().querySelector(".site-note")) return;
      const note = L.control({ position: "bottomright" });
      note.onAdd = () => element("div", "site-note", words.tiles_offline);
      note.addTo(map);
    };
    // what lies outside the view, or above its zoom levels, is silent for a good reason
    online.once("tileloadstart", () => setTimeout(giveUp, OFFLINE_AFTER.silence));
    online.on("tileload", () => {
      arrived = true;
      map.getContainer().dataset.tiles = "online";
    });
    online.on("tileerror", () => {
      errors += 1;
      if (errors >= OFFLINE_AFTER.errors) giveUp();
    });
    online.addTo(map);
  }

  // ---- view and drawings that last as long as the tab ------------------------------

  const tab = {
    read(key) {
      try {
        return JSON.parse(sessionStorage.getItem(key));
      } catch {
        return null; // storage is switched off, or what it holds is not ours
      }
    },
    write(key, value) {
      try {
        sessionStorage.setItem(key, JSON.stringify(value));
      } catch {
        // full or switched off: the map works, it only forgets
      }
    },
  };

  function keepView(map, drawn, { key, drawings, outline, follows, home, draft }) {
    restoreView(map, `${key}:view`, home);
    if (follows) {
      follow(map, follows);
      map.getContainer().classList.add("watched"); // a map beside others is looked at, not drawn on
    }
    drawn.on("layeradd", ({ layer }) => {
      showMeasure(layer);
      layer.on("edit editdrag", () => showMeasure(layer));
    });
    const showMeasures = () => drawn.eachLayer(showMeasure);
    map.on("draw:editstop moveend", showMeasures);
    // a tooltip does not follow when its frame takes another size or its type another width
    new ResizeObserver(() => requestAnimationFrame(showMeasures)).observe(map.getContainer());
    document.fonts.addEventListener("loadingdone", showMeasures);
    map.on("draw:created draw:edited draw:deleted", () =>
      tab.write(`${drawings}:drawings`, drawn.toGeoJSON()));
    map.on("draw:edited draw:deleted", () => {
      // else the feature clicked before would be reported as clicked again
      if (window.__GLOBAL_DATA__) window.__GLOBAL_DATA__.last_active_drawing = null;
    });
    restoreDrawings(map, drawn, tab.read(`${drawings}:drawings`) || outline, draft);
  }

  // maps of one page that show the same place: whoever is moved leads the others
  function follow(map, name) {
    const page = tab.read("siteMap:page") || Math.random().toString(36).slice(2);
    tab.write("siteMap:page", page);
    const others = new BroadcastChannel(`${name}:${page}`);
    let led = false;
    others.onmessage = ({ data }) => {
      led = true;
      map.setView(data.center, data.zoom, { animate: false });
      led = false;
    };
    map.on("moveend", () => {
      if (!led) others.postMessage({ center: [map.getCenter().lat, map.getCenter().lng], zoom: map.getZoom() });
    });
  }

  /** Show the kept view, else home; until a person takes the map, each new size fits anew. */
  function restoreView(map, key, home) {
    const container = map.getContainer();
    const kept = linked(key) || tab.read(key);
    const place = () => {
      if (!container.clientWidth) return; // in a closed tab there is no size to fit
      map.invalidateSize({ pan: false });
      if (kept) map.setView(kept.center, kept.zoom, { animate: false });
      else map.fitBounds(home, { animate: false });
    };
    const sizes = new ResizeObserver(place);
    const taken = () => {
      sizes.disconnect();
      map.on("moveend", () => tab.write(key, { center: map.getCenter(), zoom: map.getZoom() }));
    };
    place();
    sizes.observe(container);
    const hands = new AbortController();
    ["pointerdown", "wheel", "keydown"].forEach((touch) =>
      container.addEventListener(touch, () => { hands.abort(); taken(); },
        { capture: true, passive: true, signal: hands.signal }));
  }

  /** The view that a link asks for, once: whoever moves the map then is not sent back. */
  function linked(key) {
    if (key !== "site-map:view") return null;
    let text = null;
    try {
      text = new URLSearchParams(window.parent.location.search).get("view");
    } catch {
      return null; // a page of another origin holds the map
    }
    const [lat, lng, zoom] = (text || "").split(",").map(Number);
    const sound = /^[^,]+,[^,]+,[^,]+$/.test(text || "") && Math.abs(lat) <= 85 && Math.abs(lng) <= 180 && zoom >= 0 && zoom <= 24;
    if (!sound || tab.read("siteMap:linked") === text) return null;
    const view = { center: { lat, lng }, zoom };
    tab.write("siteMap:linked", text);
    tab.write(key, view);
    return view;
  }

  function restoreDrawings(map, drawn, kept, draft) {
    if (!kept || !kept.features || !kept.features.length) return;
    const style = ({ geometry }) => ({ ...draft, fill: geometry.type === "Polygon" });
    L.geoJSON(kept, { style }).eachLayer((layer) => drawn.addLayer(layer));
    setTimeout(() => map.fire("draw:edited", { layers: drawn })); // once Python listens
  }

  // ---- what changes: shapes and arcs ------------------------------------------------

  /** streamlit-folium keeps every group it ever drew; this one is drawn after they left. */
  function forgetFormerGroups() {
    if (window.feature_group) window.feature_group.length = 0;
  }

  function shapes(group, { collection, styles, labels, hatches }) {
    hatches.forEach(addHatch);
    const layers = L.geoJSON(collection, {
      style: (feature) => styles[feature.style],
      pointToLayer: (_, place) => L.circleMarker(place, { pane: "site-points" }),
      onEachFeature(feature, shape) {
        const { weight } = styles[feature.style];
        addTooltip(shape, feature.tooltip);
        shape.on("mouseover", () => shape.setStyle({ weight: weight + 1.5 }));
        shape.on("mouseout", () => shape.setStyle({ weight }));
      },
    }).addTo(group);
    layers.getLayers().forEach((shape, i) => {
      if (labels[i]) labelFor(shape, nameTag(labels[i]), { rank: 0 }).addTo(group);
    });
  }

  function arcs(group, { collection, styles }) {
    const shown = new Map();
    L.geoJSON(collection, {
      style: (feature) => ({ ...styles[feature.style], interactive: false, smoothFactor: 0 }),
      onEachFeature: (feature, line) => shown.set(feature.properties.id, line),
    }).addTo(group);
    L.geoJSON(collection.features.map(graspable), {
      style: { weight: 16, opacity: 0 },
      onEachFeature(feature, line) {
        const { weight } = styles[feature.style];
        const twin = shown.get(feature.properties.id);
        addTooltip(line, feature.tooltip);
        line.on("mouseover", () => twin.setStyle({ weight: weight * 1.8 }));
        line.on("mouseout", () => twin.setStyle({ weight }));
      },
    }).addTo(group);
    collection.features.forEach(({ head, style }) => {
      const [lng, lat] = head.lonlat;
      const icon = L.divIcon({ className: "", html: arrow(head.angle, styles[style].color), iconSize: [16, 16] });
      L.marker([lat, lng], { icon, interactive: false, keyboard: false }).addTo(group);
    });
  }

  /** The middle of an arc, to be drawn wide and unseen: a thin line is hard to point at, and
      its ends lie on complexes that want to be clicked themselves. */
  function graspable(feature) {
    const { coordinates } = feature.geometry;
    const end = Math.round(coordinates.length / 8);
    return { ...feature, geometry: { type: "LineString", coordinates: coordinates.slice(end, -end) } };
  }

  /** A point known to `radius` m only. */
  function precision(group, { center, radius, color }) {
    const style = { color, weight: 1, opacity: 0.7, dashArray: "3 4", fillOpacity: 0.025 };
    L.circle(center, { radius, ...style, interactive: false }).addTo(group);
  }

  function arrow(angle, color) {
    return `<svg class="site-arrow" viewBox="-8 -8 16 16" width="16" height="16" aria-hidden="true">` +
      `<path d="M-5,-5.5 L7,0 L-5,5.5 L-2.5,0 Z" fill="${color}" transform="rotate(${angle})"/></svg>`;
  }

  function addHatch(color) {
    const id = `hatch-${color.slice(1)}`;
    if (document.getElementById(id)) return;
    const tag = element("div", "site-hatch");
    tag.innerHTML = `<svg width="0" height="0" aria-hidden="true"><defs>` +
      `<pattern id="${id}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
      `<rect width="8" height="8" fill="${color}" fill-opacity="0.10"/>` +
      `<rect width="2" height="8" fill="${color}" fill-opacity="0.55"/></pattern></defs></svg>`;
    document.body.append(tag);
  }

  function addTooltip(shape, text) {
    if (!text) return;
    const tag = element("div");
    String(text).split("\n").forEach((line, i) =>
      tag.append(element("div", i ? "" : "site-tooltip-title", line)));
    shape.bindTooltip(tag, { sticky: true, opacity: 1, className: "site-tooltip" });
  }

  /** An element with plain text: a name is never read as HTML. */
  function element(tag, className = "", text = "") {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }

  // ---- labels that keep out of each other's way --------------------------------------

  const labels = new Set();
  let arranging = 0;

  function nameTag({ name, stamp }) {
    const tag = element("span", "site-name");
    if (name) tag.append(element("span", "", name));
    if (stamp) tag.append(element("small", "site-stamp", stamp));
    return tag;
  }

  function labelFor(shape, tag, options) {
    const bounds = shape.getBounds ? shape.getBounds() : L.latLngBounds([shape.getLatLng()]);
    const icon = L.divIcon({ className: "site-label", html: tag, iconSize: [0, 0] });
    const label = L.marker(bounds.getCenter(), {
      pane: "site-labels", icon, interactive: false, keyboard: false, bounds, ...options,
    });
    label.on("add", () => {
      labels.add(label);
      cancelAnimationFrame(arranging);
      arranging = requestAnimationFrame(() => arrange(label._map));
    });
    label.on("remove", () => labels.delete(label));
    return label;
  }

  /** Put each label on its shape, else beside it where it covers least of the other named shapes; an optional one yields. */
  function arrange(map) {
    if (!map) return;
    const taken = [];
    const shapeOf = (label) => L.bounds(
      map.latLngToLayerPoint(label.options.bounds.getNorthWest()), map.latLngToLayerPoint(label.options.bounds.getSouthEast()));
    const named = [...labels].filter((label) => !label.options.optional).map((label) => [label, shapeOf(label)]);
    [...labels].sort((one, other) => one.options.rank - other.options.rank).forEach((label) => {
      const tag = label.getElement().firstChild;
      const { optional } = label.options;
      const shape = shapeOf(label);
      const size = L.point(tag.offsetWidth, tag.offsetHeight);
      const boxes = places(shape.getSize(), size, optional).map((shift) => {
        const center = shape.getCenter().add(shift);
        return { shift, box: L.bounds(center.subtract(size.divideBy(2)), center.add(size.divideBy(2))) };
      });
      const shapes = named.filter(([other]) => other !== label).map(([, other]) => other);
      const others = optional ? [...taken, ...shapes] : taken;
      const open = boxes.filter(({ box }) => !others.some((other) => other.overlaps(box)));
      const covered = ({ box }) => shapes.reduce((sum, other) => sum + shared(box, other), 0);
      const free = open.sort((one, other) => covered(one) - covered(other))[0];
      const chosen = free || (optional ? null : boxes[0]);
      tag.style.visibility = chosen ? "visible" : "hidden";
      if (!chosen) return;
      taken.push(chosen.box);
      tag.style.transform = `translate(-50%, -50%) translate(${chosen.shift.x}px, ${chosen.shift.y}px)`;
    });
  }

  /** The area that two boxes share, in square pixels. */
  function shared(one, other) {
    const width = Math.min(one.max.x, other.max.x) - Math.max(one.min.x, other.min.x);
    const height = Math.min(one.max.y, other.max.y) - Math.max(one.min.y, other.min.y);
    return Math.max(width, 0) * Math.max(height, 0);
  }

  /** Shifts from a shape's center, the best first: inside if it fits, then about. */
  function places(shape, label, optional) {
    const fits = label.x < shape.x && label.y < shape.y;
    if (optional && !fits) return [];
    const [x, y] = optional
      ? [shape.x / 4, shape.y / 4]
      : [(shape.x + label.x) / 2 + 6, (shape.y + label.y) / 2 + 4];
    const about = [L.point(0, y), L.point(0, -y), L.point(x, 0), L.point(-x, 0)];
    return fits ? [L.point(0, 0), ...about] : about;
  }

  // ---- a picture to mark on: coordinates are parts of it, y up --------------------------

  function sheet(map, { words: said, drawWords, edge, url, finest, version }) {
    words = said;
    Object.entries(drawWords).forEach(([path, text]) => setPath(L.drawLocal, path, text));
    map.getContainer().setAttribute("aria-label", words.label);
    map.getContainer().dataset.version = version;
    map.getContainer().classList.add("site-sheet");
    map.attributionControl.setPrefix(false);
    map.createPane("site-labels").style.zIndex = 620;
    L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
    addHomeButton(map, edge);
    tiles(map, { url, options: { bounds: edge, minZoom: 0, maxNativeZoom: finest, maxZoom: finest + 4, noWrap: true } });
  }

  function keepMarks(map, drawn, { key, home, draft, mark }) {
    restoreView(map, `${key}:view`, home);
    map.on("draw:created draw:edited draw:deleted", () => tab.write(`${key}:drawings`, drawn.toGeoJSON(8)));
    const kept = tab.read(`${key}:drawings`);
    if (!kept || !kept.features || !kept.features.length) return;
    L.geoJSON(kept, { style: draft, pointToLayer: (_, place) => L.circleMarker(place, mark) })
      .eachLayer((layer) => {
        if (layer instanceof L.CircleMarker) layer.setStyle(mark);
        drawn.addLayer(layer);
      });
    setTimeout(() => map.fire("draw:edited", { layers: drawn })); // once Python listens
  }

  function numbers(group, { numbers: all }) {
    all.forEach(({ at, text, color }) => {
      const tag = element("span", "site-number", text);
      tag.style.background = color;
      const icon = L.divIcon({ className: "site-label", html: tag, iconSize: [0, 0] });
      L.circleMarker(at, { radius: 3, weight: 1.5, color, fillOpacity: 1, interactive: false }).addTo(group);
      L.marker(at, { pane: "site-labels", icon, interactive: false, keyboard: false }).addTo(group);
    });
  }

  return {
    frame, land, tiles, keepView, forgetFormerGroups, shapes, arcs, precision, area, distance, sheet, keepMarks, numbers,
  };
})();
