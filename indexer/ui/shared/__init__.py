"""What all pages share: access to the library, address, markup, sources."""
