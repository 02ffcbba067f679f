"""Where certificates are bought: one package a supplier, and the catalogue of what is sold."""
