"""How the API says no."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Refusal(Exception):
    """The call is answered with this status and a sentence for the user."""

    def __init__(self, status: int, why: str) -> None:
        """Take an HTTP status and the sentence."""
        super().__init__(why)
        self.status = status


async def refuse(_: Request, refusal: Exception) -> Response:
    """Answer a refusal as JSON."""
    status = refusal.status if isinstance(refusal, Refusal) else 500
    return JSONResponse({"error": str(refusal)}, status)


async def unavailable(_: Request, _error: Exception) -> Response:
    """Answer while the database or the cache is away."""
    why = {"error": "a server is away; try again in a moment"}
    return JSONResponse(why, 503, headers={"Retry-After": "2"})
