"""What readers' pages read."""
