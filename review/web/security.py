"""The headers that every answer carries, in one place."""

from __future__ import annotations

from flask import Flask, Request, Response, request

from review.web.parts import parts

# Everything comes from here; nothing is written into a page that could run or restyle it.
# blob: is a video or a picture that the page itself has just been given by its user.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
FIXED = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000"
# An address that carries its content's hash can be kept for ever; others are asked about again.
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
# The style sheet of the type names its files plainly; they change with a new face, if ever.
A_WEEK = "public, max-age=604800"
# Pages hold what only this person may see, also on a shared office PC.
NEVER = "no-store"


def install(app: Flask) -> None:
    """Adds the headers to every answer."""
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    if parts().settings.secure:
        response.headers["Strict-Transport-Security"] = HSTS
    if request.endpoint == "static":
        response.headers["Cache-Control"] = _static_cache(request)
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = NEVER
    return response


def _static_cache(asked: Request) -> str:
    if "v" in asked.args:
        return FOR_EVER
    return A_WEEK if asked.path.endswith(".woff2") else ASK_AGAIN
