"""Executions for the eye: progress bars, tables, timelines and data frames, each loaded on first use."""
