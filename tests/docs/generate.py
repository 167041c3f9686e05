"""Writes every page that is made from the code; `make docs` runs it."""

from __future__ import annotations

from tests.architectures import plans
from tests.docs import pages


def generate() -> None:
    """Write the pages; look at the difference before use."""
    for path, text in pages.everything(plans.world("dual"), plans.drawn()).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    generate()
