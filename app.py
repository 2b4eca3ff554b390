"""The web app for `streamlit run app.py` and for any ASGI server; `plancite serve` needs no checkout."""

from starlette.middleware import Middleware
from streamlit.starlette import App

from indexer.ui.server import SCRIPT, Guard

app = App(SCRIPT, middleware=[Middleware(Guard)])
