"""The docs as a site: ``sphinx-build -W -n --keep-going docs SITE``."""

project = "capi_tracking"
html_title = "capi_tracking"
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_heading_anchors = 4
smartquotes = False  # what is quoted may have to be typed
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
