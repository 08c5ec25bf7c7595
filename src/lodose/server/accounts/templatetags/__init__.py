"""What the sign-in pages ask about the server and the account."""
