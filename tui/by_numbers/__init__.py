"""One example through a network by numbers, each with its formula. Imported once it is opened."""
