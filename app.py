"""The web app for `streamlit run app.py` and for any ASGI server; `plancite serve` needs no checkout."""

from indexer.ui.server import make_app

app = make_app()
