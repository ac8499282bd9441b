"""What a file's name and first words say about it: a title, a kind, a date, and whether it is privileged.

Plain rules, tried in order; each answer carries its reason, so that a person can see it and change it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from casemgr.documents.marks import PRIVILEGED, mark_in_name, privileged_in
from casemgr.storage.names import clean_name, extension_of
from casemgr.storage.types import Family, FileType

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = "|".join(f"{month}[a-z]*" for month in MONTHS)
EARLIEST = date(1990, 1, 1)
SHORTENED = range(144, 151), range(222, 231)
"""How many letters and bytes the stem of a name has that storage.names shortened, with its ending or nearly so."""

# (kind, words in the name). The first that fits decides: "progress report IEP" is a progress report.
_KIND_RULES: tuple[tuple[str, str], ...] = (
    ("progress_report", r"progress (?:report|note)s?"),
    ("report_card", r"report cards?|transcript"),
    ("work_sample", r"work samples?|writing samples?"),
    ("decision", r"(?:hearing|final|complaint) (?:decision|order)|decision and order|letter of findings"),
    ("service_log", r"service (?:delivery )?logs?|services? (?:record|grid)"),
    ("attendance", r"attendance"),
    ("discipline", r"suspen\w+|disciplin\w+|manifestation|expulsion|incident report|restraint"),
    ("prior_written_notice", r"prior written notice|pwn|n ?1|n ?2|notice of (?:proposed|refusal)\w*"),
    ("meeting_notice", r"n ?3|(?:meeting|team) (?:notice|invitation)|team meeting invitation|invitation"),
    ("consent", r"consent"),
    ("meeting_notes", r"(?:meeting|handwritten) .*notes|minutes of|meeting notes|notes"),
    ("iep_response", r"iep.* (?:response|accepted in part|rejected|partial)|response.* iep"),
    ("independent_evaluation", r"independent .*evaluation|iee report"),
    ("complaint", r"due process|state complaint|ocr complaint|complaint|hearing request"),
    ("agreement", r"(?:settlement|mediation|resolution) agreement|agreement"),
    ("letter", r"letter"),
    ("messages", r"text messages?|texts?|sms|whatsapp"),
    ("call_log", r"call logs?|phone logs?|calls"),
    ("statement", r"statement|declaration|affidavit|concerns"),
    ("evaluation", r"\w*evaluations?|assessments?|eval|psychoeducational|neuropsych\w*|fba"),
    ("iep", r"iep ?\d*|individualized education program"),
    ("plan_504", r"504(?: plan)?|section 504"),
    ("medical", r"medical|diagnosis|doctor|pediatric\w*|prescription"),
    ("calendar", r"calendar"),
)
_KIND_OF_FAMILY = {
    Family.EMAIL: "email",
    Family.CALENDAR: "calendar",
    Family.AUDIO: "recording",
    Family.VIDEO: "recording",
}


@dataclass(frozen=True)
class Proposal:
    """What we think a paper is. `reasons` are sentences; a person may change every part."""

    title: str
    kind: str
    document_on: date | None
    is_privileged: bool
    reasons: tuple[str, ...]


def propose(client_name: str, file_type: FileType, head: bytes, today: date) -> Proposal:
    """Read a client's file name and the first bytes. A date after `today` is not taken as the paper's date."""
    name = clean_name(client_name)
    stem = name.removesuffix(f".{name.rpartition('.')[2]}") if extension_of(name) else name
    found = date_in(stem, today)
    words = " ".join(re.split(r"[\W_]+", stem))
    kind, why_kind = _kind(words, file_type)
    is_privileged, why_privileged = _privileged(words, file_type, head)
    why_date = f"Date read from “{found[1]}” in the file name." if found else ""
    reasons = tuple(why for why in (why_kind, why_date, why_privileged) if why)
    return Proposal(_title(stem, found), kind, found[0] if found else None, is_privileged, reasons)


def _kind(words: str, file_type: FileType) -> tuple[str, str]:
    if file_type.family in _KIND_OF_FAMILY:
        kind = _KIND_OF_FAMILY[file_type.family]
        return kind, "Kind chosen from the type of the file."
    for kind, pattern in _KIND_RULES:
        if match := re.search(rf"\b(?:{pattern})\b", words, re.IGNORECASE):
            return kind, f"Kind chosen because the file name says “{match[0]}”."
    if file_type.family is Family.IMAGE:
        return "photo", "Kind chosen from the type of the file."
    return "other", ""


def _privileged(words: str, file_type: FileType, head: bytes) -> tuple[bool, str]:
    if (mark := mark_in_name(words)) and mark.kind == PRIVILEGED:
        return True, f"Marked as privileged because the file name says “{mark.words}”."
    is_text = file_type.family in (Family.TEXT, Family.EMAIL)
    if is_text and (said := next(privileged_in(head.decode("utf-8", "replace")), None)):
        return True, f"Marked as privileged because its text says “{said.words}”."
    return False, ""


def date_in(stem: str, today: date) -> tuple[date, str] | None:
    """The first date written in full, and the words it was read from. US order where the year comes last."""
    month = rf"(?P<name>{_MONTH_NAMES})"
    patterns = (
        r"(?P<y>(?:19|20)\d\d)[-_./ ](?P<m>\d{1,2})[-_./ ](?P<d>\d{1,2})",
        r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)",
        r"(?P<m>\d{1,2})[-_./ ](?P<d>\d{1,2})[-_./ ](?P<y>(?:19|20)\d\d)",
        rf"{month}[-_. ]*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[-_., ]+(?P<y>(?:19|20)\d\d)",
        rf"(?P<d>\d{{1,2}})[-_. ]*{month}[-_. ]*(?P<y>(?:19|20)\d\d)",
        r"(?P<m>\d{1,2})[-_./](?P<d>\d{1,2})[-_./](?P<y>\d\d)",
    )
    for pattern in patterns:
        for match in re.finditer(rf"(?<![0-9]){pattern}(?![0-9])", stem, re.IGNORECASE):
            day = _as_date(match.groupdict())
            if day is not None and EARLIEST <= day <= today:
                return day, match[0]
    return None


def _as_date(parts: dict[str, str | None]) -> date | None:
    year = int(parts["y"] or 0)
    name = parts.get("name")
    month = int(parts["m"] or 0) if not name else 1 + MONTHS.index(name[:3].lower())
    try:
        return date(year + 2000 if year < 100 else year, month, int(parts["d"] or 0))
    except ValueError:
        return None


def _title(stem: str, found: tuple[date, str] | None) -> str:
    """The name as a person would write it: without a leading number, the date, and most of the hyphens."""
    is_cut = len(stem) in SHORTENED[0] or len(stem.encode()) in SHORTENED[1]
    title = stem.replace(found[1], " ", 1) if found else stem
    if " " not in stem:
        title = re.sub(r"(?<=[a-z])-|-(?=[a-z])", " ", title)  # "IEP-1" keeps its hyphen
    title = re.sub(r"[_\s]+", " ", title).strip(" -.,")
    title = re.sub(r"^(?!504\b)\d{1,4}[ .)]+", "", title) or title
    title = re.sub(r"\s(?:of|on|from|dated)$", "", title, flags=re.IGNORECASE).strip(" -.,")
    title = re.sub(r"\b(?:iep|iee|pwn|fba)\b", lambda word: word[0].upper(), title)
    if not re.search(r"\w", title.replace("_", "")):
        title = stem.strip(" _-.,")
    elif is_cut and " " in title:
        title = title.rpartition(" ")[0].rstrip(" -.,") + " …"  # not a part of a word
    return (title[:1].upper() + title[1:])[:300] or "Paper"
