"""Making releases: the gates, the stamp, the bundle and its check. The loader needs none of it."""
