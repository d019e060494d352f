"""The rules, one module per clinical question. A function states one rule (or a few that belong together) and bears its id."""
