"""From rules to network to formulation to plan, and everything that solves many times."""
