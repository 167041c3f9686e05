"""What two environments of one Compose file would trip over, a file per subject."""
