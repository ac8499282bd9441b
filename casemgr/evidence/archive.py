"""The evidence log of a case and its files as one ZIP that proves itself. Pure: standard library only.

**What is in it.** `index.html` and `entries.csv` for people; `files/…` the papers as they came, byte for byte;
`manifest.json`; and `manifest.sha256`, the seal: the SHA-256 of the manifest.

**The manifest** (format 1) is one JSON object, UTF-8, keys sorted:

    format, version    "casemgr-evidence-archive", 1
    program            name and version of the program that made it
    case               id of the case;  exported_at  instant in UTC;  exported_by  name
    chain              genesis, head (hash of the last entry), entries (how many)
    entries            in the order of the chain: number, previous_hash, hash, and `canonical`, the text that was
                       hashed (see chain.py); `null` there for an entry that the exporter may not open
    papers             id, sha256, size, member (its place in the ZIP), what is known of it, its custody, and
                       `record`: the SHA-256 of all this in canonical JSON
    left_out           how many entries; ids and hashes of papers that entries name but the exporter may not open
    stamps             only where there are any: time stamps of an authority (RFC 3161; see stamps.py) over the hash of
                       an entry: entries, head, authority, token (its answer, base64), certificates (PEM)
    issues             only where there are any: number, title, law, area, days, facts, relief, whether it stands,
                       a cited paper as [paper 3f9a2c41d0b7, page 3], the first digits of its id,
                       `entries` (number and hash of each entry that supports it) and `record`, as for papers
    goals              only where there are any: every record of every goal of a plan, corrections too (`goal` is the
                       goal's lasting id, `corrects` the record that it replaces), with `entries` and `record`
    members            every other member of the ZIP: name, size, sha256

An entry that was left out keeps its place by its hash, so the chain can be followed over it; the hash tells nothing
of what it says, for it covers a random id and the microsecond of its recording.

Members are stored, not compressed: nothing can be unpacked to more than the archive holds, and the same log gives
the same bytes on every machine.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import IO, Any

from casemgr.evidence import chain

FORMAT, VERSION = "casemgr-evidence-archive", 1
MANIFEST, SEAL, INDEX, TABLE, STYLE = "manifest.json", "manifest.sha256", "index.html", "entries.csv", "style.css"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first day a ZIP knows: the day of packing must not change the bytes


@dataclass(frozen=True)
class ArchivedEntry:
    """One place in the chain. `canonical` is None for an entry that the exporter may not open."""

    number: int
    previous_hash: str
    hash: str
    canonical: str | None


@dataclass(frozen=True)
class ArchivedPaper:
    """One paper. `about` holds plain JSON: title, kind, dates, where from, name, media type, custody …"""

    id: str
    sha256: str
    size: int
    member: str
    about: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        told = {"id": self.id, "sha256": self.sha256, "size": self.size, "member": self.member, **self.about}
        return with_record(told)


@dataclass(frozen=True)
class Contents:
    """What goes into an archive; for `stamps`, `issues` and `goals` see above.

    left_out_papers: [{"id", "sha256"}] that exported entries name.
    """

    case_id: str
    genesis: str
    program: str
    exported_at: str
    exported_by: str
    entries: list[ArchivedEntry]
    papers: list[ArchivedPaper]
    left_out_papers: list[dict[str, str]] = field(default_factory=list)
    stamps: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    goals: list[dict[str, Any]] = field(default_factory=list)

    @property
    def head(self) -> str:
        return self.entries[-1].hash if self.entries else self.genesis

    @property
    def left_out_entries(self) -> int:
        return sum(entry.canonical is None for entry in self.entries)


@dataclass(frozen=True)
class Written:
    """A finished archive. `seal` is the SHA-256 of its manifest; `missing` are papers whose file was not there."""

    seal: str
    head: str
    files: int
    missing: list[str]


def write_archive(
    out: IO[bytes],
    contents: Contents,
    open_file: Callable[[str], Iterable[bytes] | None],
    readable: Mapping[str, bytes],
) -> Written:
    """Write the archive into a seekable file, in constant memory.

    Args:
        open_file: gives the bytes kept under a SHA-256 in pieces, or None when they are gone. They are written as
            they are: a file that was altered in the store does not fit its hash in the manifest, and shows.
        readable: the members for people, complete: INDEX, TABLE, STYLE.
    """
    files = {paper.member: paper for paper in contents.papers}
    missing = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for member, paper in files.items():
            pieces = open_file(paper.sha256)
            if pieces is None:
                missing.append(paper.id)
                continue
            with archive.open(member_info(member, paper.size), "w") as target:
                for piece in pieces:
                    target.write(piece)
        members = [{"name": name, "size": paper.size, "sha256": paper.sha256} for name, paper in files.items()]
        for name, content in readable.items():
            _add(archive, name, content)
            members.append({"name": name, "size": len(content), "sha256": sha256(content).hexdigest()})
        manifest = canonical_json(_manifest(contents, members))
        seal = sha256(manifest).hexdigest()
        _add(archive, MANIFEST, manifest)
        _add(archive, SEAL, f"{seal}  {MANIFEST}\n".encode("ascii"))
    return Written(seal, contents.head, len(files) - len(missing), missing)


def member_info(name: str, size: int) -> zipfile.ZipInfo:
    """Return the header of a member: nothing in it depends on the machine or the day."""
    info = zipfile.ZipInfo(name, LONG_AGO)
    info.compress_type = zipfile.ZIP_STORED
    info.create_system = 3
    info.external_attr = 0o644 << 16
    info.file_size = size
    return info


def member_name(place: int, client_name: str) -> str:
    """Return where a paper lies in the ZIP: `files/0007-letter.pdf`; plain letters, no path of the client's."""
    plain = unicodedata.normalize("NFKD", client_name).encode("ascii", "ignore").decode().lower()
    stem, dot, extension = re.split(r"[/\\]", plain)[-1].rpartition(".")
    stem, extension = (stem, extension) if dot else (extension, "")
    slug = re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:60].strip("-") or "paper"
    ending = re.sub(r"[^a-z0-9]", "", extension)[:8]
    return f"files/{place:04}-{slug}" + (f".{ending}" if ending else "")


def canonical_json(value: Any) -> bytes:
    """Return JSON with sorted keys and no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def record_hash(told: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what the manifest says of a paper, an issue or a goal, its `record` aside."""
    return sha256(canonical_json({name: value for name, value in told.items() if name != "record"})).hexdigest()


def with_record(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return it with its own hash, as the manifest has it."""
    return {**told, "record": record_hash(told)}


def _manifest(contents: Contents, members: list[dict[str, Any]]) -> dict[str, Any]:
    sometimes = {"stamps": contents.stamps, "issues": contents.issues, "goals": contents.goals}
    return {name: told for name, told in sometimes.items() if told} | {
        "format": FORMAT,
        "version": VERSION,
        "program": {"name": "casemgr", "version": contents.program},
        "case": contents.case_id,
        "exported_at": contents.exported_at,
        "exported_by": contents.exported_by,
        "chain": {
            "form": chain.FORM,
            "genesis": contents.genesis,
            "head": contents.head,
            "entries": len(contents.entries),
            "hash": "SHA-256 of: previous_hash, a line feed, canonical (UTF-8)",
        },
        "entries": [
            {"number": one.number, "previous_hash": one.previous_hash, "hash": one.hash, "canonical": one.canonical}
            for one in contents.entries
        ],
        "papers": [paper.as_json() for paper in contents.papers],
        "left_out": {"entries": contents.left_out_entries, "papers": contents.left_out_papers},
        "members": members,
    }


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    with archive.open(member_info(name, len(content)), "w") as target:
        target.write(content)


def named_papers(canonical: str) -> Iterator[tuple[str, str]]:
    """Return (id, sha256) of each paper that an entry names."""
    for paper in json.loads(canonical)["documents"]:
        yield paper["id"], paper["sha256"]
