"""One file a practice: what, why, how, when not, sources, detector and sketches."""
