"""The pages of projects and of what hangs on them."""
