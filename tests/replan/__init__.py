"""Tests of plans made again: rolled forward, committed, close to an old one."""
