"""Tests of frontiers."""
