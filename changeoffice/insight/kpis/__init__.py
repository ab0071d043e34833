"""What the office measures itself by: definitions, readings with their trend, and the pages."""
