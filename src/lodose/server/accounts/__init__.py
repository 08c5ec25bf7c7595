"""Who: accounts, roles, trusted devices, tokens, sign-in."""
