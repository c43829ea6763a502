"""The engine behind the gateway: Temporal, its dev server, and the workers' side."""
