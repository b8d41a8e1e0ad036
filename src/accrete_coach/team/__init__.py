"""What is shared with a team, only by a command that the person types: exemplars, practices, sealed totals, consent."""
