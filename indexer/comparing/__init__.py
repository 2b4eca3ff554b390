"""Plans side by side: a grid of answers, counterparts of passages, what only one plan says."""
