"""Rules as plain functions and values: no Flask, no SQL, no clock, no I/O."""
