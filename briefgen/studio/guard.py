"""Who may talk to the studio: the browser to which this program has handed its one-time address.

The server listens on 127.0.0.1 alone, but every page that is open in a browser can send requests there. So a
request needs the cookie that the one-time address gave, names this server exactly as its host, and, where it
changes anything, comes from one of its own pages."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_BYTES = 32
MAX_PATH = 1_000
"""Characters of an address; thousands of digits could not be read as a number."""
TOKEN_LIFETIME_S = 120.0
"""A browser may take a while to start."""
_POLICY = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "font", "connect")),
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
SECURITY_HEADERS: Mapping[str, str] = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    # With no-referrer, browsers send forms of our own pages with the origin "null".
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
}


class Doorkeeper:
    """Issues the one-time address and knows the cookie that it is exchanged for."""

    def __init__(self, port: int) -> None:
        self.hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self.cookie_name = f"briefgen_studio_{port}"
        """Cookies do not tell ports apart, so two studios need two names."""
        self._cookie = secrets.token_urlsafe(TOKEN_BYTES)
        self._token, self._until = "", 0.0

    def issue_token(self) -> str:
        """Return a token that opens the door once, within TOKEN_LIFETIME_S; an earlier one is void."""
        self._token, self._until = secrets.token_urlsafe(TOKEN_BYTES), time.monotonic() + TOKEN_LIFETIME_S
        return self._token

    def use_token(self, token: str) -> bool:
        """Return whether a token is the one issued; it cannot be used again."""
        is_right = bool(self._token) and hmac.compare_digest(token.encode(), self._token.encode())
        is_right = is_right and time.monotonic() <= self._until
        if is_right:
            self._token = ""
        return is_right

    def knows(self, headers: Headers) -> bool:
        """Return whether a request has the cookie."""
        cookies = SimpleCookie()
        try:
            cookies.load(headers.get("cookie", ""))
        except CookieError:
            return False
        found = cookies.get(self.cookie_name)
        return found is not None and hmac.compare_digest(found.value.encode(), self._cookie.encode())

    async def open(self, request: Request) -> Response:
        """Answer a visit to the one-time address: hand out the cookie and lead to the first page."""
        if not self.use_token(request.query_params.get("t", "")):
            text = "This address has been used, or is too old. Start briefgen studio again."
            return PlainTextResponse(text, status_code=403)
        target = request.query_params.get("to", "/")
        if not target.startswith("/c/"):
            target = "/"
        response = RedirectResponse(target, status_code=303)
        response.set_cookie(self.cookie_name, self._cookie, httponly=True, samesite="strict", path="/")
        return response


class Guard:
    """ASGI middleware that refuses every request that may not come in, before it is looked at further."""

    def __init__(self, app: ASGIApp, door: Doorkeeper) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403, or pass the request on and add the security headers to the answer."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SECURITY_HEADERS)
                if "cache-control" not in headers:
                    headers["cache-control"] = "no-store"
            await send(message)

        reason = self._find_objection(scope)
        if reason:
            await PlainTextResponse(reason, status_code=403)(scope, receive, send_secured)
            return
        if len(scope["path"]) > MAX_PATH:
            await PlainTextResponse("There is no such page.", status_code=404)(scope, receive, send_secured)
            return
        await self._app(scope, receive, send_secured)

    def _find_objection(self, scope: Scope) -> str:
        """Return why a request may not come in; empty if it may."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0] not in self._door.hosts:
            return "This is not the address of briefgen studio."
        if scope["method"] not in ("GET", "HEAD"):
            if headers.get("origin", "") not in {f"http://{hosts[0]}"}:
                return "This request came from another site."
            if headers.get("sec-fetch-site", "same-origin") != "same-origin":
                return "This request came from another site."
        if scope["path"] == "/open":
            return ""
        if not self._door.knows(headers):
            return "Open briefgen studio from the address that it printed."
        return ""
