"""What Partywall costs beside doing without it: ratios in one run, never seconds."""
