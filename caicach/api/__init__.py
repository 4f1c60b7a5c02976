"""The REST API: plans and tasks to read, progress to report. A token acts for a person at a post."""
