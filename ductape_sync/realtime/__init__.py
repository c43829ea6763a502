"""Live events over one WebSocket: the only importer of websocket."""
