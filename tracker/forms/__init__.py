"""Forms: one per POST, checking shape only; services say what is allowed."""
