"""The chain of events: what happened, provably, without saying it."""
