"""Paper: the sign-off sheet of a clip as one HTML page for the browser's print."""
