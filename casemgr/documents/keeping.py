"""Look after the stored files of the whole installation: seal them anew, move them, compare them with the records.

Each walks one file after another while people work, can be stopped anywhere, and goes on where it was when it is
started again: what is done already is seen and left alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from casemgr.documents.sweeping import NAMED_BY, as_owner
from casemgr.storage.objects import KeyMissing, ObjectAltered, ObjectMissing, ObjectStore


@dataclass
class Round:
    """What one walk did: files done, files that needed nothing, and a sentence for each that is not as it should be."""

    done: int = 0
    left_alone: int = 0
    problems: list[str] = field(default_factory=list)


def rotate(objects: ObjectStore) -> Round:
    """Seal every file with the current key, plain ones too. A file that is altered is named and left as it is.

    Raises KeyMissing for a store that seals nothing."""
    if not objects.seals:
        raise KeyMissing("Files are sealed only in a folder, with a key file: set CASEMGR_STORE_KEY_FILE.")
    result = Round()
    for org_id, sha256 in set(objects.list_keys()):
        try:
            if objects.seal_again(org_id, sha256):
                result.done += 1
            else:
                result.left_alone += 1
        except ObjectMissing:
            continue  # somebody removed it meanwhile
        except (ObjectAltered, KeyMissing) as problem:
            result.problems.append(f"{org_id}/{sha256}: {problem}")
    return result


def move(source: ObjectStore, target: ObjectStore) -> Round:
    """Copy every file that `target` does not hold yet, read it back, and compare its hash. `source` stays as it is."""
    result = Round()
    for org_id, sha256 in set(source.list_keys()):
        try:
            if target.exists(org_id, sha256) and target.size(org_id, sha256) == source.size(org_id, sha256):
                result.left_alone += 1
                continue
            target.copy_from(source, org_id, sha256)
            if not target.verify(org_id, sha256):
                target.delete(org_id, sha256)
                raise ObjectAltered("It did not arrive as it was sent. Move it again.")
            result.done += 1
        except ObjectMissing:
            continue
        except (ObjectAltered, KeyMissing) as problem:
            result.problems.append(f"{org_id}/{sha256}: {problem}")
    return result


def check(objects: ObjectStore, owner_url: str, *, read_them: bool = True) -> Round:
    """Compare the store with what the records name, in every organization (so as the owner of the tables).

    Args:
        read_them: read every file and compare its hash; without, only whether it is there.
    Raises: NotTheOwner.
    """
    result = Round()
    for (org_id, sha256), places in _named(owner_url):
        try:
            sound = objects.verify(org_id, sha256) if read_them else objects.exists(org_id, sha256)
            words = "" if sound else "altered" if read_them else "missing"
        except ObjectMissing:
            words = "missing"
        except KeyMissing as problem:
            words = str(problem)
        result.done += 1
        if words:
            result.problems.append(f"{words}: {sha256} ({', '.join(places)})")
    return result


def _named(owner_url: str) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """((organization, hash), rows that name it); one organization after another."""
    columns = " UNION ALL ".join(
        f"SELECT {column}, '{table} ' || id FROM {table} WHERE org_id = %(org)s"  # noqa: S608
        for table, column in NAMED_BY
    )
    with as_owner(owner_url) as connection:
        for (org_id,) in connection.execute("SELECT id FROM organizations ORDER BY id").fetchall():
            places = defaultdict(list)
            for sha256, place in connection.execute(columns, {"org": org_id}):
                if sha256:
                    places[str(org_id), sha256].append(place)
            yield from places.items()
