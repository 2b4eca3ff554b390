"""Plans side by side: a grid of answers, counterparts of passages, section pairs, what only one plan says."""
