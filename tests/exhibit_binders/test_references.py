"""The list of witnesses cites exhibits of the binder: ranges, supplements and what leads nowhere."""

from __future__ import annotations

import io
from collections.abc import Callable
from html import unescape

import pikepdf
from flask.testing import FlaskClient

from casemgr.citations.wording import ref_of
from casemgr.exhibit_binders import citing, queries, services, serving
from casemgr.exhibit_binders.material import Witness
from casemgr.exhibit_binders.preflight import preflight, stops
from casemgr.exhibit_binders.services import Line
from tests.exhibit_binders.makers import EVERYTHING, Binding, binding
from tests.filings.makers import texts
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def about(made: Binding, text: str) -> None:
    """What the one witness speaks about."""

    def save(row: object, by: object) -> None:
        one = [Witness("Ms. Larch", text)]
        services.save_people(row, one, [], row.signer, version=row.version, by=by)  # type: ignore

    made.change(save)


def told(made: Binding) -> list[str]:
    """What the preflight says of references."""
    with made.case.open() as (case, _):
        row = queries.binder(case, made.binder_id)
        assert row is not None
        found = [one for one in preflight(case, row, EVERYTHING) if "(citations)" in one.text]
        assert all(one in stops(found) for one in found if one.need.value == "R")
        return [f"{one.need.value} {line}" for one in found for line in one.lines]


def test_the_list_names_and_opens_the_page_of_a_range_and_what_is_outside_stops_it(world: World) -> None:
    made = binding(world, "iep", "photo")
    made.case.set_paper("iep", page_count=3)
    iep = ref_of(made.case.papers["iep"])
    made.order(
        "Photo of the ramp",
        "IEP 2025-26",
        said={"IEP 2025-26": Line(first_page=2, last_page=3, range_reason="The goals")},
    )
    about(made, "The goals in {{P-2, page 3}}.")
    assert made.row().witnesses[0]["about"] == f"The goals in {{{{exhibit:{iep}#3}}}}." and told(made) == []
    version = made.made()
    data = made.bytes_of(version, "volume")
    pages = texts(data)
    said = next(page for page in pages if "The goals in" in page)
    assert "Exhibit P-2, page 3 (Bates 000003)" in said
    with pikepdf.open(io.BytesIO(data)) as document:
        numbers = {page.obj.objgen: n for n, page in enumerate(document.pages)}
        (note,) = document.pages[pages.index(said)].obj.Annots
        assert pages[numbers[note.Dest[0].objgen]].startswith("The IEP, page 3")
    about(made, "{{P-2, page 3}}, P-1 at 1, P-2 at 1, " + f"{{{{exhibit:{iep}#1}}}}")
    only, change = "P-2 has only pages 2 to 3.", "Change the page in the text, or the pages that go in."
    assert told(made) == [
        f"R Witness Ms. Larch: “IEP 2025-26”, now P-2, page 1: {only} {change}",
        f"A Witness Ms. Larch: “P-2 at 1”: {only}",
    ]


def test_a_late_exhibit_has_its_letter_and_what_was_served_keeps_its_number(
    world: World, client_for: ClientFor
) -> None:
    made = binding(world, "iep", "photo")
    made.serve() if made.made() else None
    made.add("mail")
    made.order("IEP 2025-26", "E-mail asking", "Photo of the ramp")
    mail = ref_of(made.case.papers["mail"])
    about(made, f"See {{{{P-1A}}}}, {{{{exhibit:{ref_of(made.case.papers['photo'])}}}}} and P-2.")
    assert made.row().witnesses[0]["about"].startswith(f"See {{{{exhibit:{mail}}}}}")
    page = unescape(client_for(made.case.actor).get(f"{made.url}/people").text)
    assert "Cites: “E-mail asking”, now P-1A." in page and "Cites: “Photo of the ramp”, now P-2." in page
    client = client_for(made.case.actor)
    form = {"version": str(made.row().version)}
    assert "1 made live" in client.post(f"{made.url}/references/live", data=form, follow_redirects=True).text
    with made.case.open() as (case, _):
        row = queries.binder(case, made.binder_id)
        assert row is not None and dict(queries.gather(case, row).cited)[mail] == "P-1A"
        assert serving.made_version(row) is None


def test_a_paper_that_is_no_exhibit_is_added_by_one_press_and_a_closed_one_is_not_named(
    world: World, client_for: ClientFor
) -> None:
    made = binding(world, "iep")
    photo, advice = (ref_of(made.case.papers[name]) for name in ("photo", "advice"))
    about(made, f"{{{{exhibit:{photo}#1}}}} {{{{exhibit:{advice}#1}}}}")
    first, second = told(made)
    assert "“Photo of the ramp”, page 1: It is not among the exhibits of the binder" in first
    assert second.endswith("page 1: This paper may not go out, or it is not here any more. Take the reference out.")
    client = client_for(made.case.actor)
    form = {"version": str(made.row().version), "paper": str(made.case.papers["photo"])}
    page = unescape(client.post(f"{made.url}/references/add", data=form, follow_redirects=True).text)
    assert "It is an exhibit now." in page and "Cites: “Photo of the ramp”, now P-2, page 1." in page
    with made.case.open() as (case, _):
        row = queries.binder(case, made.binder_id)
        assert row is not None
        ((said, _plain),) = citing.looked_at(case, row, [row.witnesses[0]["about"]], frozenset({"shared"}))
    assert "Advice" not in str(said)


def test_what_an_exhibit_shows_cites_another_and_follows_the_order(world: World, client_for: ClientFor) -> None:
    made = binding(world, "iep", "photo")
    made.case.set_paper("iep", page_count=3)
    made.order("Photo of the ramp", "IEP 2025-26")
    iep, advice = (ref_of(made.case.papers[name]) for name in ("iep", "advice"))
    rows = {one.title: one.id for one in made.now()}
    photo = f"description-{rows['Photo of the ramp']}"
    client = client_for(made.case.actor)

    def save(text: str, do: str = "save") -> str:
        form = {"do": do, "version": str(made.row().version), f"title-{rows['Photo of the ramp']}": "", photo: text}
        page = client.post(f"{made.url}/exhibits/arrange", data=form, follow_redirects=True).text
        return " ".join(unescape(page).split())

    save("The ramp of {{P-2, page 3}}", do=f"down:{rows['Photo of the ramp']}")  # read by the order as it was
    kept = f"The ramp of {{{{exhibit:{iep}#3}}}}"
    assert {one.title: one.description for one in made.now()}["Photo of the ramp"] == kept
    page = " ".join(unescape(client.get(f"{made.url}/exhibits").text).split())
    assert f"The ramp of {{{{IEP 2025-26 #{iep} page 3}}}}" in page and "now P-1, page 3." in page
    assert "The ramp of Exhibit P-1, page 3" in client.get(made.url).text
    for order, label in ((("IEP 2025-26", "Photo of the ramp"), "P-1"), (("Photo of the ramp", "IEP 2025-26"), "P-2")):
        made.order(*order)
        data = made.bytes_of(made.made(), "volume")
        pages = texts(data)
        index = next(n for n, page in enumerate(pages) if "The ramp of" in page)
        assert f"Exhibit {label}, page 3 (Bates" in " ".join(pages[index].split()) and "Exhibit index" in pages[index]
        with pikepdf.open(io.BytesIO(data)) as document:
            numbers = {page.obj.objgen: n for n, page in enumerate(document.pages)}
            notes = [one for one in document.pages[index].obj.Annots if "/Dest" in one]
            leads = {pages[numbers[one.Dest[0].objgen]][:15] for one in notes if hasattr(one.Dest, "__len__")}
        assert "The IEP, page 3" in leads
    page = save(f"{{{{IEP #{iep} page 9}}}} and {{{{Legal advice #{advice}}}}}")
    assert "P-2 has 3 pages." in page and "It cannot be an exhibit." in page and "A text cites what is not here" in page
    first, second = told(made)
    assert first.startswith("R P-1, what it shows: “IEP 2025-26”, now P-2, page 9: P-2 has 3 pages.")
    assert (
        second == "R P-1, what it shows: This paper may not go out, or it is not here any more. Take the reference out."
    )
    assert "Use 500 characters or fewer." in save("x" * 501) and "x" * 501 in save("x" * 501)
    assert (
        "1 made live"
        in (
            save("It is P-2, page 3."),
            client.post(
                f"{made.url}/references/live",
                data={"version": str(made.row().version), "back": "exhibits"},
                follow_redirects=True,
            ).text,
        )[1]
    )
    assert {one.title: one.description for one in made.now()}["Photo of the ramp"] == f"It is {{{{exhibit:{iep}#3}}}}."


def test_a_description_is_looked_at_in_what_is_made_and_otherwise_only_told(world: World) -> None:
    made = binding(world, "iep", "photo")
    made.serve() if made.made() else None
    made.add("mail")
    lost = f"See {{{{exhibit:{ref_of(made.case.papers['advice'])}}}}}."
    titles = [one.title for one in made.now()]
    made.order(*titles, said={"E-mail asking": Line(description=lost), "IEP 2025-26": Line(description=lost)})
    assert sorted(line[:24] for line in told(made)) == ["A P-1, what it shows: Th", "R P-3, what it shows: Th"]
