"""Security headers of every answer."""

from flask import Flask, Response, current_app, request, session

# Nothing inline, nothing from elsewhere. `data:` is for images only: Bootstrap's stylesheet draws its
# arrows and check marks with small data: pictures.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

FIXED = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ONE_YEAR = 31_536_000


def add_security_headers(response: Response) -> Response:
    """Add the headers that a view has not set itself (a download may carry a stricter policy)."""
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    if current_app.config.get("SESSION_COOKIE_SECURE"):  # the installation promises HTTPS
        response.headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR}")
    if not _is_static():
        # A shared or public computer must not show a child's case to the next person who presses Back.
        kept = "no-store" if "_user_id" in session else "private, no-cache"
        response.headers.setdefault("Cache-Control", kept)
    return response


def _is_static() -> bool:
    endpoint = request.endpoint or ""
    return endpoint == "static" or endpoint.endswith(".static")


def init_app(app: Flask) -> None:
    app.after_request(add_security_headers)
