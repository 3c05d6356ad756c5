"""The site, asked as a browser asks."""
