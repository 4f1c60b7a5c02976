"""What goes out to others: letters by e-mail."""
