"""The search of text, bytes and parsed JSON for keys that production must not trust."""
