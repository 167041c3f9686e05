"""`rehearse`: a migration run on copies of production's data, in the place of a service."""
