from types import SimpleNamespace

import pytest
from flask import render_template_string
from flask_wtf import FlaskForm
from lxml import html
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, FormField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import DataRequired

from casemgr.web.forms import form_problems
from tests.web.shell import CASE, EveryField


def draw(shell, markup, **values):
    with shell.test_request_context("/"):
        return html.fromstring(f"<div>{render_template_string(markup, **values)}</div>")


FORM = """{% from "components/forms.html" import case_form, fields %}
{% call case_form(form, "Save") %}
  {{ fields(form, "title", "held_on", "kind", "outcome", "people", "notes", "paper") }}
{% endcall %}"""


def refused_form(shell, **data):
    with shell.test_request_context("/", method="POST", data={"kind": "letter", **data}):
        form = EveryField(meta={"csrf": False})
        assert not form.validate()
        return html.fromstring(f"<div>{render_template_string(FORM, form=form)}</div>")


def test_an_error_stands_beside_its_field_and_is_read_with_it(shell):
    page = refused_form(shell, notes="She said no.")
    title = page.get_element_by_id("title")
    assert title.get("aria-invalid") == "true"
    error = page.get_element_by_id(title.get("aria-describedby"))
    assert "Give the paper a title" in error.text_content()
    assert page.get_element_by_id("notes").text_content().strip() == "She said no."


def test_the_summary_links_to_each_field_in_error(shell):
    page = refused_form(shell)
    links = page.xpath("//*[@data-error-summary]//a")
    assert [link.get("href") for link in links] == ["#title", "#held_on", "#outcome-0"]
    for link in links:
        assert page.get_element_by_id(link.get("href")[1:]).tag == "input"


def test_a_text_typed_by_a_person_cannot_bring_markup(shell):
    page = refused_form(shell, notes="</textarea><script>alert(1)</script>")
    assert not page.xpath("//script")
    assert "<script>" in page.get_element_by_id("notes").text_content()


def test_every_input_has_a_label_and_only_optional_fields_say_so(shell):
    page = refused_form(shell)
    for field in page.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        assert page.xpath(f"//label[@for='{field.get('id')}']"), field.get("id")
    label = page.xpath("//label[@for='title']")[0]
    assert "optional" not in label.text_content()
    assert "optional" in page.xpath("//label[@for='notes']")[0].text_content()


def test_a_form_carries_its_token_and_its_version(shell):
    with shell.test_request_context("/"):
        page = html.fromstring(render_template_string(FORM, form=EveryField()))
    names = [field.get("name") for field in page.xpath("//input[@type='hidden']")]
    assert sorted(names) == ["csrf_token", "version"]


def test_a_version_can_be_given_to_a_form_without_the_field(shell):
    class Small(FlaskForm):
        title = StringField("Title")

    markup = """{% from "components/forms.html" import case_form %}{{ case_form(form, version=7) }}"""
    with shell.test_request_context("/"):
        page = html.fromstring(f"<div>{render_template_string(markup, form=Small())}</div>")
    assert page.xpath("//input[@name='version']/@value") == ["7"]


def test_problems_inside_parts_of_a_form_are_listed_with_their_own_inputs():
    class Part(PlainForm):
        name = StringField("Name", [DataRequired("Enter the name")])

    class Whole(PlainForm):
        people = FieldList(FormField(Part), min_entries=1)

    form = Whole(MultiDict({"people-0-name": ""}))
    form.validate()
    form.form_errors.append("Name at least one person.")
    assert [(problem.anchor, problem.message) for problem in form_problems(form)] == [
        (None, "Name at least one person."),
        ("people-0-name", "Enter the name"),
    ]


def test_a_lost_lock_shows_both_versions_and_marks_what_differs(shell):
    markup = """{% from "components/forms.html" import conflict %}{{ conflict(theirs, mine) }}"""
    page = draw(shell, markup, theirs=[("Title", "A"), ("Notes", "No")], mine=[("Title", "A"), ("Notes", "Yes")])
    (row,) = page.xpath("//tr[@class='differs']")
    assert [cell.text_content() for cell in row.xpath("td")] == ["No", "Yes"]
    assert "Nothing was overwritten" in page.text_content()


@pytest.mark.parametrize(
    "level, words",
    [("shared", "family"), ("internal", "team"), ("privileged", "attorney"), ("mediation", "confidential")],
)
def test_who_may_see_a_paper_is_said_in_words(shell, level, words):
    markup = """{% from "components/badges.html" import visibility %}{{ visibility(level) }}"""
    assert words in draw(shell, markup, level=level).text_content()
    assert words in draw(shell, markup, level=SimpleNamespace(value=level)).text_content()


MAP = """{% from "components/stage_map.html" import stage_map %}
{{ stage_map("mediation", visited=["concern_raised"], available=["due_process"],
             parallel=["ocr_complaint"], links={"due_process": "/file"}) }}"""


def test_the_stage_map_says_in_a_list_what_it_draws(shell):
    page = draw(shell, MAP)
    drawing = page.xpath("//svg")[0]
    assert drawing.get("aria-hidden") == "true"
    assert not drawing.xpath(".//a")
    items = [" ".join(item.text_content().split()) for item in page.xpath("//ol/li")]
    assert len(items) == 9
    assert items[0].startswith("Concern raised Done")
    assert items[2].startswith("Mediation You are here")
    assert page.xpath("//li[@aria-current='step']")[0] is page.xpath("//ol/li")[2]
    assert any(item.startswith("OCR complaint Also open") for item in items)
    assert page.xpath("//li//a/@href") == ["/file"]


def test_the_same_term_twice_on_a_page_has_two_ids(shell):
    markup = """{% from "components/law.html" import term %}<p>{{ term("IEE", "x") }} {{ term("IEE", "x") }}</p>"""
    targets = draw(shell, markup).xpath("//button/@popovertarget")
    assert len(set(targets)) == 2


def test_stay_put_and_the_sample_ribbon_are_shown_with_the_case(client):
    page = client.get("/case").text
    assert "Stay-put is in force since October 20, 2025." in page
    assert "34 CFR 300.518(a)" in page
    assert "Sample case." in page
    assert CASE.student.name in page


def test_the_footer_says_once_that_this_is_not_legal_advice(client):
    assert client.get("/gallery").text.count("does not give legal advice") == 1


def test_sign_out_is_a_form_with_a_token(client):
    page = html.fromstring(client.get("/gallery").text)
    (form,) = page.xpath("//form[@action='/sign-out' and @data-forget-kept-text]")
    assert form.get("method") == "post"
    assert form.xpath(".//input[@name='csrf_token']/@value")[0]
