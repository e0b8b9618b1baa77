"""Text to positions: the formats lambdalint reads."""
