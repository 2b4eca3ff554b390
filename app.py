"""Starts the web app: streamlit run app.py, or planlens serve."""

from indexer.ui.app import main

main()
