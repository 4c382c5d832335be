"""Futures drawn from distributions: sampled cases, plans made for samples, plans tried on others.

:func:`.sample.sample`, :func:`.saa.saa` and :func:`.evaluate.evaluate` are what to call; nothing
is imported here, because workers should load no more than they need.
"""
