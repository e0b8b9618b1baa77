"""An AWS whose Lambda really runs; usable without any lab."""
