"""Demands that come by e-mail: letters read, taken in once, and what was not taken kept for an analyst."""
