"""What layers compute, one operation after the other, and how a gradient goes back through each."""
