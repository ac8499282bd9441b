"""Is an exported archive still what was exported? Needs the file alone: no database, no network, no settings.

The archive may come from anybody. Nothing is unpacked to disk and no name in it is used as a path; members are only
read where they stand, each once, in pieces, and never more than the archive itself holds.

What this proves: nothing in the archive was altered, removed, added or moved since it was made. Somebody who builds a
whole new archive with other words gives it another seal and another head: compare those with the ones that were
printed, mailed or noted when it was made.
"""

from __future__ import annotations

import base64
import json
import struct
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from casemgr.evidence import archive as form
from casemgr.evidence import chain, stamps

MIB = 1024 * 1024
MOST_MEMBERS = 200_000
LARGEST_MANIFEST = 512 * MIB
LOCAL_HEADER = struct.Struct("<4s5H3L2H")
DIRECTORY = struct.Struct("<4s4B4HL2L5H2L")
END = struct.Struct("<4s4H2LH")


@dataclass(frozen=True)
class Fault:
    """The first thing that is not as it was. `what`: unreadable, changed, missing, order, added, stamp or seal."""

    what: str
    item: str
    why: str


@dataclass(frozen=True)
class ArchiveCheck:
    """The result. `seal` and `head` are to be compared with those noted elsewhere; empty when unreadable."""

    intact: bool
    entries: int
    left_out: int
    files: int
    seal: str
    head: str
    fault: Fault | None
    stamps: tuple[str, ...] = ()
    """What the time stamps say that hold, a sentence each."""
    noted_at: int | None = None
    """The entry whose hash was noted, where that is not the last one."""
    issues: int = 0
    goals: int = 0

    @property
    def summary(self) -> str:
        if self.fault:
            return f"NOT INTACT. {self.fault.item}: {self.fault.why}"
        left_out = (
            f" {self.left_out:,} of the entries and their papers were left out because the person who made the"
            " archive may not open them; their places in the chain are kept by their hashes."
            if self.left_out
            else ""
        )
        claims = "".join(
            f" {name}: {count:,}." for name, count in (("Issues", self.issues), ("Goals", self.goals)) if count
        )
        return f"Intact. Entries in the chain: {self.entries:,}. Files: {self.files:,}.{claims}{left_out}"


class _Found(Exception):
    def __init__(self, what: str, item: str, why: str) -> None:
        super().__init__(why)
        self.fault = Fault(what, item, why)


def verify_archive(path: Path, seal: str = "", authorities: bytes = b"") -> ArchiveCheck:
    """Check an archive from its first entry to its last member.

    Args:
        seal: what was noted: the SHA-256 of its manifest when it was made, or the hash that the log ended with at
            any time before.
        authorities: PEM certificates to check time stamps with; without them, those that came with the archive.
    """
    look = _Look(authorities)
    try:
        look.through(path, "".join(seal.split()).lower())
    except _Found as found:
        return look.result(found.fault)
    except zipfile.BadZipFile:
        return look.result(Fault("unreadable", path.name, "This is not a ZIP archive, or it is cut off or damaged."))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, NotImplementedError, EOFError):
        return look.result(Fault("unreadable", form.MANIFEST, "It is damaged, or was not made by casemgr."))
    except OSError:
        return look.result(Fault("unreadable", path.name, "The file cannot be read."))
    return look.result(None)


class _Look:
    """One walk through an archive; counts what was found sound."""

    def __init__(self, authorities: bytes) -> None:
        self.authorities = authorities
        self.stamps: list[str] = []
        self.noted_at: int | None = None
        self.entries = self.left_out = 0
        self.seal = self.head = ""
        self.sound: set[str] = set()
        self.issues = self.goals = 0

    def result(self, fault: Fault | None) -> ArchiveCheck:
        files = sum(name.startswith("files/") for name in self.sound)
        return ArchiveCheck(
            fault is None,
            self.entries,
            self.left_out,
            files,
            self.seal,
            self.head,
            fault,
            tuple(self.stamps),
            self.noted_at,
            self.issues,
            self.goals,
        )

    def through(self, path: Path, noted: str) -> None:
        with zipfile.ZipFile(path) as archive:
            self.archive = archive
            self.infos = _infos(archive, path.stat().st_size)
            raw = self._manifest()
            self.seal = sha256(raw).hexdigest()
            manifest = json.loads(raw, object_pairs_hook=_no_key_twice)
            if manifest["format"] != form.FORMAT or manifest["version"] != form.VERSION:
                raise _Found("unreadable", form.MANIFEST, "It was made in a form that this version does not know.")
            self.listed = {one["name"]: one for one in manifest["members"]}
            self.papers = {paper["id"]: paper for paper in manifest["papers"]}
            self._chain(manifest)
            hashes = [entry["hash"] for entry in manifest["entries"]]
            for stamp in manifest.get("stamps", []):
                self._stamp(stamp, manifest["case"], hashes)
            for paper in manifest["papers"]:
                self._paper(paper)
            for issue in manifest.get("issues", []):
                self._claim(f"Issue No. {int(issue['number'])}, “{shown(issue['title'])}”", issue, hashes)
                self.issues += 1
            for goal in manifest.get("goals", []):
                self._claim(f"The goal “{shown(goal['text'])}”", goal, hashes)
            self.goals = len({goal["goal"] for goal in manifest.get("goals", [])})
            self._members(manifest)
            self._seal(raw)
            _layout(archive, self.infos, path)
        if noted in hashes[:-1]:
            self.noted_at = hashes.index(noted) + 1
        elif noted and noted not in (self.seal, self.head):
            raise _Found(
                "seal", "The whole archive", "It is sound in itself, but it is not the one whose seal was noted."
            )

    def _manifest(self) -> bytes:
        info = self.infos.get(form.MANIFEST)
        if info is None:
            raise _Found("missing", form.MANIFEST, "It is not in the archive.")
        if info.file_size > LARGEST_MANIFEST:
            raise _Found("unreadable", form.MANIFEST, "It is too large to be a manifest.")
        try:
            return self.archive.read(info)
        except zipfile.BadZipFile:
            raise _Found("changed", form.MANIFEST, "Its bytes are not the ones that were written.") from None

    def _chain(self, manifest: dict[str, Any]) -> None:
        told = manifest["chain"]
        previous = chain.genesis(UUID(manifest["case"]))
        numbers = [entry["number"] for entry in manifest["entries"]]
        away = {paper["id"]: paper["sha256"] for paper in manifest["left_out"]["papers"]}
        for expected, entry in enumerate(manifest["entries"], start=1):
            _in_its_place(entry, expected, numbers)
            self._one_entry(entry, previous, manifest["case"], away)
            previous = entry["hash"]
            self.entries += 1
            self.left_out += entry["canonical"] is None
        if self.entries < told["entries"]:
            raise _Found("missing", f"Entry No. {self.entries + 1}", "It was exported, but is no longer there.")
        if self.entries > told["entries"] or previous != told["head"]:
            raise _Found("changed", f"Entry No. {self.entries}", "The chain does not end as it did when exported.")
        if self.left_out != manifest["left_out"]["entries"]:
            raise _Found("changed", form.MANIFEST, "It does not count rightly what was left out.")
        self.head = previous

    def _stamp(self, stamp: dict[str, Any], case: str, hashes: list[str]) -> None:
        """An authority says since when the log began like this."""
        count = stamp["entries"]
        name = f"The time stamp of entry No. {int(count)}"
        if not 0 < count <= len(hashes) or hashes[count - 1] != stamp["head"]:
            raise _Found("stamp", name, "It is over another hash than this entry has: the log was rewritten since.")
        known = self.authorities or stamp["certificates"].encode()
        try:
            token = base64.b64decode(stamp["token"], validate=True)
            seen = stamps.check(token, stamps.text_of(case, count, stamp["head"]), known)
        except stamps.StampRefused as problem:
            raise _Found("stamp", name, str(problem)) from None
        trust = (
            "checked with your certificates"
            if self.authorities
            else f"checked with the root certificate in the archive, SHA-256 {seen.root}: compare that one"
        )
        self.stamps.append(
            f"The first {count:,} entries stood like this on {seen.at:%Y-%m-%d at %H:%M:%S} UTC, as "
            f"{shown(seen.authority)} signed ({trust})."
        )

    def _one_entry(self, entry: dict[str, Any], previous: str, case: str, away: dict[str, str]) -> None:
        name, text = f"Entry No. {entry['number']}", entry["canonical"]
        if text is not None:
            if chain.entry_hash(entry["previous_hash"], text.encode()) != entry["hash"]:
                raise _Found("changed", name, "It does not say what was written when it was recorded.")
            said = json.loads(text)
            if said["number"] != entry["number"] or said["case"] != case:
                raise _Found("order", name, "It stands in the place of another entry.")
        if entry["previous_hash"] != previous:
            raise _Found("order", name, "It does not continue the entry before it: one was replaced, removed or moved.")
        for paper_id, digest in form.named_papers(text) if text is not None else ():
            if away.get(paper_id) == digest:
                continue
            paper = self.papers.get(paper_id)
            if paper is None:
                raise _Found("missing", f"{name}, a paper", "It names a paper that is no longer in the archive.")
            if paper["sha256"] != digest:
                raise _Found("changed", f"{name}, {_paper_name(paper)}", "The paper is not the one it was linked to.")
            self._paper(paper)

    def _paper(self, paper: dict[str, Any]) -> None:
        if form.record_hash(paper) != paper["record"]:
            raise _Found(
                "changed", _paper_name(paper), "What the manifest says of it (name, dates, custody) was edited."
            )
        member = self.listed.get(paper["member"])
        if member is None or (member["sha256"], member["size"]) != (paper["sha256"], paper["size"]):
            raise _Found("changed", _paper_name(paper), "The manifest no longer fits the list of files.")
        self._member(member, _paper_name(paper))

    def _claim(self, name: str, told: dict[str, Any], hashes: list[str]) -> None:
        """An issue or a goal says what was exported, and names entries as they stand in the chain."""
        if form.record_hash(told) != told["record"]:
            raise _Found("changed", name, "What the manifest says of it was edited.")
        for entry in told["entries"]:
            number = entry["number"]
            if not 0 < number <= len(hashes) or hashes[number - 1] != entry["hash"]:
                raise _Found("changed", name, f"It names entry No. {int(number)}, which is not the one in the chain.")

    def _members(self, manifest: dict[str, Any]) -> None:
        if len(self.listed) != len(manifest["members"]) or len(self.papers) != len(manifest["papers"]):
            raise _Found("added", form.MANIFEST, "It names the same thing twice.")
        for member in manifest["members"]:
            self._member(member, shown(member["name"]))
        known = self.listed.keys() | {form.MANIFEST, form.SEAL}
        extra = next((name for name in self.infos if name not in known), None)
        if extra is not None:
            raise _Found("added", shown(extra), "This file was not part of the archive when it was made.")

    def _member(self, member: dict[str, Any], name: str) -> None:
        if member["name"] in self.sound:
            return
        info = self.infos.get(member["name"])
        if info is None:
            raise _Found("missing", name, "The file is no longer in the archive.")
        digest = sha256()
        try:
            with self.archive.open(info) as stream:
                while piece := stream.read(MIB):
                    digest.update(piece)
        except (zipfile.BadZipFile, EOFError):
            raise _Found("changed", name, "The file is not the one that was kept: its bytes were altered.") from None
        if digest.hexdigest() != member["sha256"] or info.file_size != member["size"]:
            raise _Found("changed", name, "The file is not the one that was kept: its bytes were altered.")
        self.sound.add(member["name"])

    def _seal(self, raw: bytes) -> None:
        info = self.infos.get(form.SEAL)
        if info is None:
            raise _Found("missing", form.SEAL, "The seal is no longer in the archive.")
        try:
            kept = self.archive.read(info) if info.file_size < 1000 else b""
        except zipfile.BadZipFile:
            kept = b""
        if kept != f"{self.seal}  {form.MANIFEST}\n".encode("ascii"):
            raise _Found("changed", form.MANIFEST, f"It was edited, or its seal ({form.SEAL}) was.")


def _in_its_place(entry: dict[str, Any], expected: int, numbers: list[int]) -> None:
    number = entry["number"]
    if number == expected:
        return
    if expected in numbers:
        raise _Found("order", f"Entry No. {expected}", f"It was moved: entry No. {int(number)} stands in its place.")
    raise _Found("missing", f"Entry No. {expected}", "It is no longer in the archive.")


def _infos(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """Return the members by name, after refusing what our archives never are: packed, locked, doubled."""
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS or sum(info.file_size for info in infos) > size:
        raise _Found("unreadable", "The archive", "It claims to hold more than it does.")
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 0x1:
            raise _Found("unreadable", shown(info.filename), "It is packed in a way that casemgr does not use.")
        if info.filename in found:
            raise _Found("added", shown(info.filename), "Two files of the archive have this name.")
        found[info.filename] = info
    return found


def _layout(archive: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo], path: Path) -> None:
    """Members follow each other without a gap and carry the headers that we write: nothing hides between them."""
    position = 0
    with path.open("rb") as raw:
        for info in sorted(infos.values(), key=lambda one: one.header_offset):
            fresh = form.member_info(info.filename, info.file_size)
            fresh.CRC, fresh.compress_size, fresh.flag_bits = info.CRC, info.file_size, info.flag_bits & 0x800
            raw.seek(position)
            header = raw.read(LOCAL_HEADER.size)
            if info.header_offset != position or len(header) != LOCAL_HEADER.size or not _is_ours(info, fresh):
                raise _Found("changed", shown(info.filename), "The archive was packed anew or edited around this file.")
            *_rest, name_length, extra_length = LOCAL_HEADER.unpack(header)
            large = fresh.file_size * 1.05 > zipfile.ZIP64_LIMIT  # as zipfile decides while writing
            expected = fresh.FileHeader(zip64=large)
            if header + raw.read(name_length + extra_length) != expected:
                raise _Found("changed", shown(info.filename), "The archive was packed anew or edited around this file.")
            position += len(expected) + info.file_size
        if archive.start_dir != position or not _ends_as_ours(raw, position, list(infos.values())):
            raise _Found("added", "The archive", "Something was put before, between or after what was exported.")


def _ends_as_ours(raw: IO[bytes], start: int, infos: list[zipfile.ZipInfo]) -> bool:
    """Compare the table of contents byte for byte; in an archive over 2 GB, whose form differs, only its very end."""
    if start < zipfile.ZIP64_LIMIT:
        rows = b"".join(
            DIRECTORY.pack(
                b"PK\x01\x02", 20, 3, 20, 0, info.flag_bits & 0x800, 0, 0, 33, info.CRC, info.file_size,
                info.file_size, len(info.filename.encode()), 0, 0, 0, 0, 0o644 << 16, info.header_offset,
            ) + info.filename.encode()
            for info in infos
        )  # fmt: skip
        expected = rows + END.pack(b"PK\x05\x06", 0, 0, len(infos), len(infos), len(rows), start, 0)
        raw.seek(start)
        return raw.read(len(expected) + 1) == expected
    raw.seek(-END.size, 2)
    return raw.read(4) == b"PK\x05\x06"


def _is_ours(info: zipfile.ZipInfo, fresh: zipfile.ZipInfo) -> bool:
    names = ("date_time", "create_system", "external_attr", "internal_attr", "volume", "comment", "reserved")
    return all(getattr(info, name) == getattr(fresh, name) for name in names)


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _paper_name(paper: dict[str, Any]) -> str:
    return f"The paper “{shown(str(paper.get('title') or paper['id']))}” ({shown(str(paper['member']))})"


def shown(text: str) -> str:
    """Return text of an unknown archive so that a terminal or page can show it: printable, at most 80 characters."""
    plain = "".join(one if one.isprintable() else "�" for one in text)
    return plain if len(plain) <= 80 else f"{plain[:79]}…"
