"""A question -> hits -> an answer in the plans' own words. Knows no file format and no search engine."""
