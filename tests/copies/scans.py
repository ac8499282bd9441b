"""Pages of a made-up IEP, drawn, and scanned on a made-up scanner: turned, shifted, stretched, blurred, grey, dusty."""

from __future__ import annotations

import io
import random

import cv2
import numpy as np
import pypdfium2
from PIL import Image
from reportlab.pdfgen import canvas

SAYINGS = (
    "the student will read grade level text with accuracy given small group instruction and teacher support as "
    "measured by weekly probes data collection fluency comprehension decoding service provider classroom setting "
    "extended time preferential seating progress toward annual goal parent team placement environment"
)


def iep(seed: int = 0, meeting: str = "April 17, 2026") -> bytes:
    """A PDF of one page; with another seed it says other things."""
    chosen = random.Random(seed)
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(612, 792), invariant=1)

    def say(y: int, size: int, words: str) -> None:
        page.setFont("Times-Roman", size)
        page.drawString(56, y, words)

    say(740, 14, "Individualized Education Program")
    say(716, 10, f"Student: Juniper Example    Grade: {chosen.randint(1, 9)}    IEP meeting date: {meeting}")
    for row in range(38):
        words = " ".join(chosen.choice(SAYINGS.split()) for _ in range(11))
        say(690 - row * 16, 10, f"Goal {row}: {chosen.randint(10, 98)} words. {words}" if row % 5 == 0 else words)
    page.save()
    return out.getvalue()


def scan(pdf: bytes, seed: int, *, specks: int = 6, turned: float | None = None) -> bytes:
    """The first page of a PDF as a scanner gives it: a grey JPEG at 150 dots an inch."""
    random_numbers = np.random.default_rng(seed)
    ground = np.array(pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72).to_pil().convert("L"))
    height, width = ground.shape
    angle = random_numbers.uniform(-2, 2) if turned is None else turned
    move = cv2.getRotationMatrix2D((width / 2, height / 2), angle, random_numbers.uniform(0.98, 1.02))
    move[:, 2] += random_numbers.uniform(-15, 15, 2)
    seen = cv2.warpAffine(ground, move, (width, height), flags=cv2.INTER_CUBIC, borderValue=255).astype(np.float32)
    seen = cv2.GaussianBlur(seen, (0, 0), random_numbers.uniform(0.5, 0.9))
    dark, light = random_numbers.uniform(10, 60), random_numbers.uniform(220, 250)
    seen = dark + seen / 255 * (light - dark)
    seen *= 1 - 0.08 * np.linspace(0, 1, width, dtype=np.float32)
    seen += random_numbers.normal(0, 4, seen.shape)
    for _ in range(specks):
        place = int(random_numbers.integers(0, width)), int(random_numbers.integers(0, height))
        cv2.circle(seen, place, int(random_numbers.integers(0, 3)), 50.0, -1)
    out = io.BytesIO()
    Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8)).save(
        out, "JPEG", quality=int(random_numbers.integers(60, 90))
    )
    return out.getvalue()
