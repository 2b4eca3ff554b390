"""Targets: every quantified commitment of a plan, and the same indicator across plans."""
