"""What the continuity checks find of contradictions that were planted, and what they find where there is none."""
