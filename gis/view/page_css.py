"""How pages look around the map: calm, dense, no stock clutter."""

PAGE_CSS = """
[data-testid="stMainBlockContainer"] { padding: 4.2rem 1.4rem 1.5rem; max-width: none; }
[data-testid="stAppDeployButton"], [data-testid="stStatusWidget"], footer { display: none; }
[data-testid="stElementToolbar"] button[aria-label*="CSV"] { display: none; } /* our own files carry units, and ask about 대외비 */
[data-testid="stVerticalBlock"] { gap: 0.6rem; }
[data-testid="stMarkdownContainer"] p { margin-bottom: 0.2rem; }
[data-testid="stCaptionContainer"] { color: #52606d !important; opacity: 1 !important; } /* Streamlit's own gray misses AA */
[data-testid="stWidgetLabel"][disabled] { color: #616e7c !important; opacity: 1 !important; }
iframe[title="streamlit_folium.st_folium"] { border: 1px solid #d5dae0; border-radius: 10px; }
@media (max-width: 1000px) {
  [data-testid="stMainBlockContainer"] { padding: 4rem 0.6rem 1rem; }
  [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
  [data-testid="stHorizontalBlock"] > [data-testid="stColumn"] { min-width: 100%; }
  .st-key-header [data-testid="stColumn"] { min-width: 7rem; }
  .st-key-header [data-testid="stColumn"]:first-child { min-width: 100%; }
}
.st-key-share { position: fixed; top: 0.65rem; right: 1.4rem; z-index: 999991; width: auto; align-items: center; gap: 0.9rem; }
@media (max-width: 1180px) { .st-key-share { position: static; } }
.st-key-map iframe { height: max(30rem, calc(100vh - 14.5rem)) !important; }
.st-key-panel { height: max(26rem, calc(100vh - 12rem)) !important; }
@media (max-width: 1000px) { .st-key-panel { height: auto !important; } }
.secret { position: fixed; inset: 0; z-index: 9999; pointer-events: none; display: flex; align-items: center;
  justify-content: center; font-size: 9rem; font-weight: 700; color: rgba(176, 76, 0, 0.1); transform: rotate(-24deg); }
.gis-card { font-size: 0.9rem; line-height: 1.5; color: #1f2933; }
.gis-card h3 { margin: 0; padding: 0; font-size: 1.15rem; }
.gis-card h4 { margin: 0.9rem 0 0.25rem; padding: 0.5rem 0 0; font-size: 0.92rem; border-top: 1px solid #e4e7eb; }
.gis-card p { margin: 0.15rem 0; }
.gis-card ul { margin: 0; padding-left: 1.05rem; }
.gis-card li { margin: 0.12rem 0; }
.gis-card details { margin: 0.1rem 0; }
.gis-card summary { cursor: pointer; }
.gis-facts { width: 100%; border-collapse: collapse; margin: 0.35rem 0; }
.gis-facts th { width: 6.8rem; padding: 0.16rem 0.5rem 0.16rem 0; font-weight: 400; color: #52606d;
  text-align: left; vertical-align: top; }
.gis-facts td { padding: 0.16rem 0; vertical-align: top; }
.gis-muted { color: #616e7c; font-size: 0.92em; }
.gis-badge { display: inline-block; padding: 0 0.35rem; border: 1px solid #cbd2d9; border-radius: 3px;
  color: #52606d; font-size: 0.74rem; line-height: 1.35; white-space: nowrap; }
.gis-schematic { border-color: #b04c00; color: #b04c00; }
.gis-unsourced { border-style: dashed; color: #8a5a00; border-color: #8a5a00; }
.gis-legend { display: flex; flex-wrap: wrap; gap: 0.3rem 1.1rem; font-size: 0.82rem; color: #3e4c59; align-items: center; }
.gis-legend span.gis-item { display: inline-flex; align-items: center; gap: 0.4rem; white-space: nowrap; }
.gis-box, .gis-dot, .gis-line { display: inline-block; flex: none; }
.gis-box { width: 1.15rem; height: 0.8rem; }
.gis-dot { width: 0.75rem; height: 0.75rem; border-radius: 50%; }
.gis-line { width: 1.3rem; height: 0; }
"""

LINK_CSS = """
button { font: inherit; font-size: 0.875rem; color: #1f2933; background: none; border: 0; padding: 0.25rem 0; cursor: pointer; white-space: nowrap; }
button:hover { color: #0072b2; }
button:focus-visible { outline: 2px solid #0072b2; outline-offset: 2px; border-radius: 3px; }
input { font: inherit; width: 16rem; }
"""
