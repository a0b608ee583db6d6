"""The Learn tab: lessons, step by step."""
