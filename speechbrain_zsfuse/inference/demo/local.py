"""A page for this computer alone answers nobody else.

To listen at the loopback address is not enough: a web page from elsewhere, open
in the same browser, can send requests there, and call the address by a name of
its own (DNS rebinding). What it asks for tells it by the headers Host and
Origin, which no page can change. This file knows no page and no model.
"""

import ipaddress
from urllib.parse import urlsplit

_REFUSED = (
    "Expected a request of the page itself, opened at 127.0.0.1 or localhost, "
    "but it names another place: {}. Open the page there; for other computers, "
    "start it with --host."
)


def is_local(host):
    """Whether a page there is reached from this computer alone.

    Arguments
    ---------
    host : str
        Name or address.

    Returns
    -------
    bool

    Example
    -------
    >>> is_local("127.0.0.1"), is_local("localhost"), is_local("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class LocalOnly:
    """Refuses (403) what was not asked by a page of this computer.

    Arguments
    ---------
    app : callable
        ASGI application that answers the rest.

    Example
    -------
    See ``serve``.
    """

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        """Answer, or refuse."""
        headers = [
            (name, value.decode("latin-1"))
            for name, value in scope.get("headers", ())
        ]
        strange = find_stranger(headers)
        if strange is None:
            await self.app(scope, receive, send)
            return
        from starlette.responses import PlainTextResponse

        answer = PlainTextResponse(_REFUSED.format(strange), status_code=403)
        await answer(scope, receive, send)


def find_stranger(headers):
    """The place of a request that is not this computer, or None.

    Arguments
    ---------
    headers : list of (bytes, str)
        Names in lower case.

    Returns
    -------
    str or None

    Example
    -------
    >>> find_stranger([(b"host", "[::1]:80"), (b"origin", "http://localhost")])
    >>> find_stranger([(b"host", "localhost"), (b"origin", "http://a.org")])
    'http://a.org'
    """
    for name, value in headers:
        if name == b"host" and not _is_here(f"//{value}"):
            return value
        if name == b"origin" and not _is_here(value):
            return value
    return None


def _is_here(place):
    try:
        return is_local(urlsplit(place).hostname or "")
    except ValueError:  # brackets that do not close
        return False
