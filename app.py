"""Starts the web app: streamlit run app.py, or plancite serve."""

from indexer.ui.app import main

main()
