"""Executions: every run of a component, and the trace of those that belong together."""
