"""What people are shown, derived from the domain each time it is drawn: pure, like the domain."""
