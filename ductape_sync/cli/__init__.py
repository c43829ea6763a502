"""The command `ductape-sync`, with the extra `cli`."""
