"""What ``plancite serve`` hands to Streamlit."""

from indexer.ui.app import main

main()
