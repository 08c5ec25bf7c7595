"""Who may see a person's record, and what needs attention."""
