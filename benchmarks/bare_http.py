"""``python -m benchmarks.bare_http PORT KEY``: aiohttp that verifies the signature and returns constant bytes."""

import sys

from aiohttp import web
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

ANSWER = b'{"type":4,"data":{"content":"' + b"x" * 4000 + b'"}}'  # about as long as a card


async def answer(request: web.Request) -> web.Response:
    """Answer every interaction alike."""
    body = await request.read()
    signed = request.headers["X-Signature-Timestamp"].encode() + body
    try:
        request.app[KEY].verify(signed, bytes.fromhex(request.headers["X-Signature-Ed25519"]))
    except (BadSignatureError, ValueError):
        return web.Response(status=401)
    return web.Response(body=ANSWER, content_type="application/json")


KEY = web.AppKey("key", VerifyKey)

if __name__ == "__main__":
    app = web.Application()
    app[KEY] = VerifyKey(bytes.fromhex(sys.argv[2]))
    app.add_routes([web.post("/interactions", answer)])
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
