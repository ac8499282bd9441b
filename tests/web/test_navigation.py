from flask import Flask

from casemgr.web.navigation import CASE, case_nav, main_nav, url_if_any
from tests.web.shell import CASE as JORDAN


def test_a_page_that_does_not_exist_leaves_the_navigation_whole():
    app = Flask("bare")
    with app.test_request_context("/"):
        assert main_nav() == []
        assert case_nav(JORDAN) == []
        assert url_if_any("cases.show", case_id=1) is None


def test_the_tabs_of_a_case_mark_where_the_reader_stands(shell: Flask):
    with shell.test_request_context(f"/documents/index/{JORDAN.id}"):
        tabs = case_nav(JORDAN)
        assert [tab.label for tab in tabs] == [place.label for place in CASE]
        assert [tab.label for tab in tabs if tab.is_current] == ["Papers"]


def test_a_page_deeper_inside_a_feature_belongs_to_its_tab(shell: Flask):
    shell.add_url_rule("/documents/one", "documents.show", lambda: "")
    with shell.test_request_context("/documents/one"):
        assert [tab.label for tab in case_nav(JORDAN) if tab.is_current] == ["Papers"]


def test_a_view_may_name_the_tab(shell: Flask):
    with shell.test_request_context("/gallery"):
        assert [tab.label for tab in case_nav(JORDAN, "cases.people") if tab.is_current] == ["People"]
