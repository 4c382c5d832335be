"""Plans under uncertainty."""
