"""Small scans made on the spot."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import font_source_sans_pro
from flask import Flask
from PIL import Image, ImageDraw, ImageFont

FONT = Path(font_source_sans_pro.font_directory) / "SourceSansPro-Regular.ttf"
LINES = ("Notice of Suspension", "Date: March 3, 2026", "Juniper was sent home before lunch.")


def page(*lines: str, turn: int = 0) -> Image.Image:
    """A grey page of 850 x 1100 pixels with large print, turned clockwise; without lines, an empty one with specks."""
    picture = Image.new("L", (850, 1100), 250)
    draw = ImageDraw.Draw(picture)
    for number in range(40):
        draw.point((number * 19 + 40, number * 26 + 30), fill=90)
    for number, line in enumerate(lines):
        draw.text((90, 150 + 70 * number), line, font=ImageFont.truetype(str(FONT), 38), fill=10)
    return picture.rotate(-turn, expand=True)


def fax(*pages: Image.Image) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], dpi=(100, 100))
    return out.getvalue()


def scanned_pdf(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PDF", resolution=100)
    return out.getvalue()


@contextmanager
def reading_with(app: Flask, program: str | Path) -> Iterator[None]:
    """Let the application read scans with this program; empty: with none."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, tesseract=str(program))
    try:
        yield
    finally:
        app.config["SETTINGS"] = before
