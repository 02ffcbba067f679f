"""Tests of certdesk."""
