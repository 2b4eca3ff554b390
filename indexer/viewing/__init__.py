"""A plan's source as it looks: where a quote stands on its pages, images of pages, words within one plan."""
