"""The web app for `streamlit run app.py` and for any ASGI server; `plancite serve` needs no checkout."""

from streamlit.starlette import App

from indexer.ui.server import SCRIPT, app_options, set_options

set_options()  # also where this is started from another folder
# `streamlit run` takes a file for an ASGI application only where it calls App itself
app = App(SCRIPT, **app_options())
