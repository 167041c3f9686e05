"""A migration run on a throwaway copy of production, and judged."""
