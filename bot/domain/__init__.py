"""What is true about certificates and orders: pure rules, no clock, no outside."""
