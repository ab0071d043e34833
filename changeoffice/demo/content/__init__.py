"""What the demo's bank is made of and what its people say. All of it is invented."""
