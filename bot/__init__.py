"""certdesk: the bot's own code; everything of Slack lives in `handlers`."""
