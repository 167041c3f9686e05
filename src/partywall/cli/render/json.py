"""Documents for programs: one JSON text, compact or for eyes too."""

from __future__ import annotations

from typing import Any

import msgspec

from partywall.model.plan import Plan
from partywall.model.secret import hide


def plan_document(plan: Plan) -> dict[str, Any]:
    """The document of `plan --json` and of every `--dry-run --json`."""
    return {
        "steps": [
            {
                "key": step.key,
                "action": step.action.value,
                "why": step.why,
                "environment": step.environment,
            }
            for step in plan.steps
        ],
        "changes": len(plan.steps),
        "scope": plan.scope,
        "notes": list(plan.notes),
    }


def json_text(document: object, *, indented: bool = False) -> str:
    """A document as JSON with every secret's placeholder hidden; indented for a terminal."""
    text = msgspec.json.encode(document)
    return hide((msgspec.json.format(text, indent=2) if indented else text).decode())
