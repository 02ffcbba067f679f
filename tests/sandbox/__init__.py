"""Stand-ins for the outside services, on loopback only."""
