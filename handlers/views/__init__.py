"""What people see in Slack: pure functions from data to Block Kit dicts. No client, no store, no clock, no settings."""
