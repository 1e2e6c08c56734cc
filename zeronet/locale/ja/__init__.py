"""Japanese, room by room."""
