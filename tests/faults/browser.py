"""A person at a browser without script: pages, forms with their hidden fields, cookies, downloads. Standard library."""

from __future__ import annotations

import base64
import http.cookiejar
import json
import re
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from tests.patience import PATIENCE

Fields = dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What came back, after redirects. `path` is where it came from in the end."""

    status: int
    path: str
    body: bytes

    @property
    def text(self) -> str:
        """The words of the page, without tags, in one line."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.body.decode())).split())

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self, action: str) -> Fields:
        """The fields of the form that is sent to a path ending in `action`, as the page fills them."""
        found = [fields for path, fields in self.forms() if path.endswith(action)]
        assert found, f"no form for {action} on {self.path}: {[path for path, _ in self.forms()]}"
        return dict(found[0])

    def forms(self) -> list[tuple[str, Fields]]:
        """The path and the fields of each form of the page."""
        reader = _Forms(self.path)
        reader.feed(self.body.decode())
        return reader.forms

    def links(self, pattern: str) -> list[str]:
        """The paths of links that `pattern` matches as a whole, in page order, each once."""
        paths = re.findall(r'href="([^"#?]+)', self.body.decode())
        return list(dict.fromkeys(path for path in paths if re.fullmatch(pattern, path)))


class Browser:
    """One person's browser. Not for several threads at once: `tab()` is."""

    def __init__(self, port: int, cookies: http.cookiejar.CookieJar | None = None) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.cookies = cookies if cookies is not None else http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def tab(self) -> Browser:
        """A second tab: the same cookies at this moment, a connection of its own."""
        cookies = http.cookiejar.CookieJar()
        for cookie in self.cookies:
            cookies.set_cookie(cookie)
        return Browser(int(self.address.rsplit(":", 1)[1]), cookies)

    def get(self, path: str, accept: str = "text/html") -> Answer:
        return self._send(urllib.request.Request(self.address + path, headers={"Accept": accept}))

    def post(self, path: str, fields: Mapping[str, str] | Sequence[tuple[str, str]]) -> Answer:
        return self._send(urllib.request.Request(self.address + path, urlencode(fields).encode()))

    def fill_in(self, path: str, action: str = "", **typed: str) -> Answer:
        """Open `path`, fill in the form that is sent to `action` (the page itself when empty), and send it."""
        page = self.get(path)
        assert page.status == 200, (path, page.status, page.text)
        return self.post(action or page.path, page.form(action or page.path) | typed)

    def upload(self, case: str, name: str, data: bytes) -> Answer:
        request = urllib.request.Request(
            f"{self.address}{case}/papers/upload", data, headers=self.upload_headers(case, name)
        )
        return self._send(request)

    def upload_headers(self, case: str, name: str) -> Fields:
        """What our script sends along with the raw bytes of a file."""
        token = self.get(f"{case}/papers").form("/papers/add")["csrf_token"]
        return {
            "Accept": "application/json",
            "Content-Type": "application/octet-stream",
            "X-CSRFToken": token,
            "X-File-Name": quote(name),
        }

    def begin_upload(self, case: str, name: str, size: int) -> str:
        """Begin to send a file in pieces, as our script does, and return its address."""
        told = {"filename": name, "field-visibility": "shared"}
        pairs = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
        headers = self.piece_headers(case) | {"Upload-Length": str(size), "Upload-Metadata": pairs}
        request = urllib.request.Request(f"{self.address}{case}/papers/uploads", b"", headers, method="POST")
        with self.opener.open(request, timeout=PATIENCE) as answer:
            return answer.headers["Location"]

    def add_piece(self, case: str, url: str, offset: int, data: bytes) -> Answer:
        return self.add_piece_with(self.piece_headers(case), url, offset, data)

    def add_piece_with(self, headers: Fields, url: str, offset: int, data: bytes) -> Answer:
        """The same with the headers of an earlier piece, for a moment in which no page can be opened."""
        headers = headers | {"Upload-Offset": str(offset)}
        return self._send(urllib.request.Request(self.address + url, data, headers, method="PATCH"))

    def arrived(self, case: str, url: str) -> int:
        """How many bytes of a file in pieces are there."""
        request = urllib.request.Request(self.address + url, headers=self.piece_headers(case), method="HEAD")
        with self.opener.open(request, timeout=PATIENCE) as answer:
            return int(answer.headers["Upload-Offset"])

    def piece_headers(self, case: str) -> Fields:
        token = self.get(f"{case}/papers").form("/papers/add")["csrf_token"]
        return {
            "Accept": "application/json",
            "Content-Type": "application/offset+octet-stream",
            "Tus-Resumable": "1.0.0",
            "X-CSRFToken": token,
        }

    def cookie_header(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)

    def _send(self, request: urllib.request.Request) -> Answer:
        try:
            with self.opener.open(request, timeout=PATIENCE) as answer:
                return Answer(answer.status, urlsplit(answer.url).path, answer.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, urlsplit(refusal.url).path, refusal.read())


class _Forms(HTMLParser):
    """Collects each form's action and what it would send untouched: one value a name, checked boxes alone."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.forms = path, list[tuple[str, Fields]]()
        self.inside: Fields | None = None
        self.name, self.is_text = "", False

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in pairs}
        if tag == "form":
            self.inside = {}
            self.forms.append((attributes.get("action") or self.path, self.inside))
        if self.inside is None:
            return
        name, value = attributes.get("name", ""), attributes.get("value", "")
        match tag:
            case "input" if name and self._is_sent(attributes):
                self.inside[name] = value or ("on" if "checked" in attributes else "")
            case "select" | "textarea":
                self.name, self.is_text = name, tag == "textarea"
                self.inside[name] = ""
            case "option" if self.name and "selected" in attributes:
                self.inside[self.name] = value

    def handle_data(self, data: str) -> None:
        if self.inside is not None and self.is_text:
            self.inside[self.name] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        if self.inside is not None and self.is_text and tag == "textarea":
            self.inside[self.name] = re.sub(r"\A\r?\n", "", self.inside[self.name])  # the one that HTML drops
        if tag in ("select", "textarea"):
            self.name, self.is_text = "", False

    @staticmethod
    def _is_sent(attributes: Mapping[str, str]) -> bool:
        kind = attributes.get("type", "text")
        return kind not in ("submit", "button", "file") and (
            kind not in ("checkbox", "radio") or "checked" in attributes
        )
