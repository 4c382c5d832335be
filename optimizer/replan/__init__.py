"""Plans again: a plan by scenario, close to an old one, and rolled forward."""
