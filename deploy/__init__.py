"""What starts Duyệt Clip on one machine; it knows processes and files, nothing of clips."""
