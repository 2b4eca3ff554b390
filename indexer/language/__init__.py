"""Words, sentences and figures of a text, in English and Chinese."""
