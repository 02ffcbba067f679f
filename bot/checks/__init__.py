"""What an authority will look at, looked at first: one file a rule family.

To add one: a class with `name` and `look` as `Check` in bot/ports.py asks, its rules as rows (bot/checks/rules.py)
and named in its docstring; its decisions in tests/bot/checks/decisions/; the class in the tuple of bot/app.py.
"""
