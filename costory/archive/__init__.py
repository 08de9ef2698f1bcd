"""Archives that several apps have a part in."""
