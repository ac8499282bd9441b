"""Content decides what a file is; a program or a page is refused under any name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.storage.sniff import sniff
from casemgr.storage.types import Family, FileType, Refused
from tests.storage import samples

PNG = samples.picture("PNG")
PDF = samples.pdf()
ISO = b"\x00\x00\x00\x18ftyp"


def look(data: bytes, name: str) -> FileType:
    return sniff(data[:65536], name, tail=data[-65536:], size=len(data))


@pytest.mark.parametrize(
    ("name", "data", "family", "extension"),
    [
        ("a.pdf", PDF, Family.PDF, "pdf"),
        ("a.jpg", samples.picture("JPEG"), Family.IMAGE, "jpg"),
        ("a.jpeg", samples.picture("JPEG"), Family.IMAGE, "jpg"),
        ("a.png", PNG, Family.IMAGE, "png"),
        ("a.tiff", samples.fax(1), Family.IMAGE, "tif"),
        ("a.webp", samples.picture("WEBP"), Family.IMAGE, "webp"),
        ("a.heic", samples.heic(), Family.IMAGE, "heic"),
        ("a.gif", samples.picture("GIF"), Family.IMAGE, "gif"),
        ("a.bmp", samples.picture("BMP"), Family.IMAGE, "bmp"),
        ("a.docx", samples.office("word"), Family.OFFICE, "docx"),
        ("a.xlsx", samples.office("xl"), Family.OFFICE, "xlsx"),
        ("a.pptx", samples.office("ppt"), Family.OFFICE, "pptx"),
        ("a.odt", samples.open_document("text"), Family.OFFICE, "odt"),
        ("a.ods", samples.open_document("spreadsheet"), Family.OFFICE, "ods"),
        ("a.odp", samples.open_document("presentation"), Family.OFFICE, "odp"),
        ("a form.ott", samples.open_document("text-template"), Family.OFFICE, "odt"),
        ("a.rtf", rb"{\rtf1 hello}", Family.OFFICE, "rtf"),
        ("a.doc", samples.old_office("WordDocument"), Family.OFFICE, "doc"),
        ("a.xls", samples.old_office("Workbook"), Family.OFFICE, "xls"),
        ("a.ppt", samples.old_office("PowerPoint Document"), Family.OFFICE, "ppt"),
        ("a.pps", samples.old_office("PowerPoint Document"), Family.OFFICE, "ppt"),
        ("minutes with slides inside.xls", samples.old_office("PowerPoint DocumentWorkbook"), Family.OFFICE, "xls"),
        ("locked.docx", samples.old_office("EncryptedPackage"), Family.OFFICE, "docx"),
        ("a.msg", samples.old_office("__properties_version1.0"), Family.EMAIL, "msg"),
        ("a.eml", samples.MAIL, Family.EMAIL, "eml"),
        ("a mail without extension", samples.MAIL, Family.EMAIL, "eml"),
        ("a.mbox", samples.MAILBOX, Family.EMAIL, "mbox"),
        ("a.txt", b"Call on 4 May", Family.TEXT, "txt"),
        ("a.txt", "лист".encode("cp866"), Family.TEXT, "txt"),
        ("a.csv", "датa,b\n1,<script>x</script>\n".encode("utf-16"), Family.TEXT, "csv"),
        ("a.md", b"<p align=center>hello</p>", Family.TEXT, "md"),
        ("Notes of 4.8", b"Call on 4 May", Family.TEXT, "txt"),
        ("a.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", Family.CALENDAR, "ics"),
        ("a.zip", samples.package(a="1"), Family.ARCHIVE, "zip"),
        ("a.wav", b"RIFF\x00\x00\x00\x00WAVEfmt ", Family.AUDIO, "wav"),
        ("a.mp3", b"ID3\x04\x00\x00\x00", Family.AUDIO, "mp3"),
        ("a.mp3", b"\xff\xfb\x90\x00\x00", Family.AUDIO, "mp3"),
        ("a.m4a", ISO + b"M4A \x00\x00\x00\x00", Family.AUDIO, "m4a"),
        ("a.mp4", ISO + b"isom\x00\x00\x00\x00", Family.VIDEO, "mp4"),
        ("a.mov", ISO + b"qt  \x00\x00\x00\x00", Family.VIDEO, "mov"),
        ("a.ogg", b"OggS\x00\x02", Family.AUDIO, "ogg"),
        ("a.webm", b"\x1aE\xdf\xa3\x01\x00\x00\x00B\x82\x84webm", Family.VIDEO, "webm"),
    ],
)
def test_every_listed_kind_is_taken_as_what_it_is(name, data, family, extension):
    found = look(data, name)
    assert (found.family, found.extension) == (family, extension)
    assert found.mismatch is None
    assert found.damaged is None


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("setup.exe", b"anything"),
        ("letter.pdf.exe", PDF),
        ("letter.js", b"alert(1)"),
        ("a.bat", b"@echo off"),
        ("a.vbs", b"x = 1"),
        ("a.ps1", b"Get-Item"),
        ("a.lnk", b"L\x00\x00\x00\x01\x14\x02\x00"),
        ("a.docm", samples.office("word")),
        ("macros.docx", samples.office("word", word__vbaProject_DOT_bin="x")),
        ("letter.pdf", b"MZ\x90\x00\x03\x00\x00\x00"),
        ("letter.pdf", b"\x7fELF\x02\x01\x01"),
        ("letter.txt", b"\xcf\xfa\xed\xfe\x07"),
        ("letter.txt", b"#!/bin/sh\nrm -rf ~"),
        ("letter.zip", samples.package(**{"META-INF__MANIFEST_DOT_MF": "x"})),
        ("letter.doc", samples.OLE + b"\x84\x10\x0c\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"),
        ("a.html", b"<p>hello"),
        ("letter.txt", b"  \r\n<!DOCTYPE HTML><title>x</title>"),
        ("letter.pdf", b"<html><body>%PDF-1.4 is the header of a PDF</body></html>"),
        ("letter.pdf", b"<html><!-- %PDF-1.4\n1 0 obj\n<<>> --><script>alert(1)</script></html>"),
        ("letter.jpg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("letter.eml", b"<!-- x --><script>alert(1)</script>"),
        ("letter.csv", "<html>".encode("utf-16")),
        ("letter.txt", b"\xef\xbb\xbf<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>"),
        ("data.xml", b"plain words"),
        ("letter.pdf", b"This is not a PDF at all."),
        ("photo.jpg", b"just words"),
        ("letter.docx", b"just words"),
        ("a.emlx", b"1795\nFrom: a@b\n"),
        ("winmail.dat", b"x\x9f>\x22" + bytes(60)),
        ("outlook.pst", b"!BDN\x00\x00\x00\x00SM"),
        ("brief.wpd", b"\xffWPC\x10\x00"),
        ("a.rar", b"Rar!\x1a\x07\x00"),
        ("a.pages", samples.package(Index_DOT_zip="x")),
        ("a.dat", bytes(range(256))),
        ("empty.pdf", b""),
    ],
)
def test_programs_pages_and_liars_are_refused_with_a_reason_and_a_way_out(name, data):
    with pytest.raises(Refused) as refused:
        look(data, name)
    assert refused.value.reason.endswith((".", "?"))
    assert refused.value.what_to_do.endswith(".")


@pytest.mark.parametrize(
    ("name", "data", "extension"),
    [
        ("scan.jpg", PDF, "pdf"),
        ("scan.pdf", samples.picture("JPEG"), "jpg"),
        ("old.doc", rb"{\rtf1 hello}", "rtf"),
        ("export.xls", b"date\tminutes\n2026-05-04\t30\n", "csv"),
        ("page.html", PDF, "pdf"),
    ],
)
def test_a_name_that_says_something_else_is_noted(name, data, extension):
    found = look(data, name)
    assert found.extension == extension
    assert name.rpartition(".")[2] in found.mismatch


@pytest.mark.parametrize(
    "before",
    [b"HTTP/1.1 200 OK\r\n\r\n", b"<!doctype html><script>1</script><!--\n", b"\x00" * 40],
)
def test_a_pdf_with_something_before_it_is_a_pdf(before):
    assert look(before + PDF, "a.pdf").media_type == "application/pdf"


def test_a_pdf_that_lost_its_header_is_still_taken_as_a_pdf():
    assert look(b"%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>", "a.pdf").extension == "pdf"


def test_damaged_bytes_under_a_known_name_are_kept_but_never_opened():
    found = look(bytes(range(256)) * 8, "a.pdf")
    assert (found.media_type, found.family) == ("application/octet-stream", Family.OTHER)
    assert "cannot be recognised" in found.damaged


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["a.pdf", "a.txt", "a.docx", "a", "a.jpg", "a.doc"]))
def test_any_bytes_get_an_answer(data, name):
    try:
        assert look(data, name).media_type
    except Refused as refused:
        assert refused.what_to_do


@given(st.binary(max_size=200), st.sampled_from([b"PK\x03\x04", samples.OLE, b"RIFF", ISO, b"%PDF-", b"BM", b"\xff"]))
def test_any_bytes_after_a_known_beginning_get_an_answer(data, start):
    try:
        assert look(start + data, "a.pdf").media_type
    except Refused as refused:
        assert refused.what_to_do
