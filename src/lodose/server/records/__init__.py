"""What a person records, and what was decided about their treatment."""
