"""What an editor sends becomes paragraphs, emphasis and lists, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.letters import richtext
from casemgr.pdf.letter import Points, Run, Words

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>Hello <b>bold</b> and <i>it</i></p>", "<p>Hello <strong>bold</strong> and <em>it</em></p>"),
        ("One<div>Two</div>Three", "<p>One</p>\n<p>Two</p>\n<p>Three</p>"),
        ("<script>alert(1)</script><p onclick='x()'>a</p>", "<p>a</p>"),
        ("<p><a href='javascript:x'>link</a><img src=x onerror=y></p>", "<p>link</p>"),
        ("<ul><li>One<ul><li>Two</li></ul></li></ul>", "<ul><li>One</li><li>Two</li></ul>"),
        ("<ol><li>1 &lt; 2 &amp; 3</li></ol>", "<ol><li>1 &lt; 2 &amp; 3</li></ol>"),
        ("<p><mark>[[a gap]]</mark></p>", "<p>[[a gap]]</p>"),
        ("<p>a<br>b</p><p> </p><p><strong></strong></p>", "<p>a<br>b</p>"),
        ("<style>p{}</style><svg><p>x</p></svg><math>", "<p>x</p>"),
        ("<p style='position:fixed'>s\u202e\u0007x</p>", "<p>s\u202ex</p>"),
    ],
)
def test_only_what_a_letter_needs_is_kept(html: str, kept: str) -> None:
    assert richtext.to_html(richtext.from_html(html)) == kept


@given(st.text(max_size=200))
def test_whatever_is_sent_is_kept_in_one_form_that_reads_the_same_again(html: str) -> None:
    once = richtext.from_html(html)
    again = richtext.from_html(richtext.to_html(once))
    assert again == once
    assert "<script" not in richtext.to_html(once).casefold()


@given(st.lists(st.tuples(TEXT, st.booleans(), st.booleans()), min_size=1, max_size=4))
def test_formatted_words_survive_being_kept(runs: list[tuple[str, bool, bool]]) -> None:
    blocks = richtext.from_html(richtext.to_html([Words(tuple(Run(*one) for one in runs))]))
    assert richtext.from_html(richtext.to_html(blocks)) == blocks


def test_plain_text_is_read_as_it_was_shown() -> None:
    blocks = (
        Words((Run("Dear "), Run("all", bold=True), Run(", "), Run("please", italic=True), Run(" read.\nThanks."))),
        Points(((Run("One"),), (Run("Two"),))),
        Points(((Run("First"),),), ordered=True),
    )
    plain = richtext.to_plain(blocks)
    assert plain == "Dear **all**, _please_ read.\nThanks.\n\n- One\n- Two\n\n1. First"
    assert richtext.from_plain(plain) == blocks
    assert richtext.from_plain("snake_case_name and 2*3*4") == (Words((Run("snake_case_name and 2*3*4"),)),)


def test_words_beside_points_are_a_paragraph_of_their_own() -> None:
    assert richtext.from_plain("These:\n- One\n2. Two\nAfter") == (
        Words((Run("These:"),)),
        Points(((Run("One"),),)),
        Points(((Run("Two"),),), ordered=True),
        Words((Run("After"),)),
    )
    assert richtext.blanks("a [[gap]] and [[gap]], [[other]]") == ["gap", "other"]
