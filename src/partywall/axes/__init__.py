"""One file per axis: what each option adds to a world; pure."""
