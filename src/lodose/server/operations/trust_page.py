"""The one page over plain http: how a phone comes to trust this server, and the file for it.

A phone cannot fetch over https what it needs to trust https. Nothing else is served here: no
cookie is read, no form is there, every other address is 404. The fingerprint that the terminal
shows is the proof that nobody in the network swapped the file.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
# Packed beside this module.
_PAGES = {
    language: Template(Path(__file__).with_name(name).read_text("utf-8"))
    for language, name in (("en", "trust.html"), ("de", "trust.de.html"))
}


def _first_spoken(languages: str) -> str:
    """The first language of a browser's list that a page is written in; else English."""
    codes = (each.strip().partition("-")[0].partition(";")[0] for each in languages.split(","))
    return next((code.casefold() for code in codes if code.casefold() in _PAGES), "en")


def start(authority: Path, fingerprint: str, origin: str, address: tuple[str, int]) -> int:
    """Serve page and file from a thread; return the port."""
    pages = {
        language: page.substitute(origin=origin, fingerprint=fingerprint).encode()
        for language, page in _PAGES.items()
    }
    certificate = authority.read_bytes()

    def answer(path: str, languages: str) -> tuple[str, bytes] | None:
        if path == "/trust/":
            return "text/html; charset=utf-8", pages[_first_spoken(languages)]
        if path == "/trust/authority.crt":
            return "application/x-x509-ca-cert", certificate
        return None

    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version = "trust", ""

        def do_GET(self) -> None:
            if self.path == "/":
                self.send_response(302)
                self.send_header("Location", "/trust/")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            found = answer(self.path, self.headers.get("Accept-Language", ""))
            kind, body = found or ("text/plain; charset=utf-8", b"Not here.\n")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in _HEADERS.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Write no log: an address belongs to somebody."""

    server = ThreadingHTTPServer(address, Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="trust-page", daemon=True).start()
    return int(server.server_address[1])
