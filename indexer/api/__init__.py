"""What a server offers to programs: the HTTP API below /api/v1, and MCP at /mcp."""


def missing_extra(error: ImportError) -> str:
    """What to say where a package of the extra `server` is not installed."""
    return f"This needs the package {error.name}. Install it with: pip install 'plancite[server]'"
