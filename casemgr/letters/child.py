"""The child process that draws one letter. Run as a file (`python -I child.py`) by drawing.py, never imported.

Limits come first and only then the libraries. Standard input: limits as a JSON line, then a pickled `Letter` of our
own; it writes letter.pdf and, where they are wanted, pictures of its pages, and says on standard output how many.
"""

import json
import os
import pickle
import sys
import types
from pathlib import Path


def main() -> int:
    # The package without its own __init__, which would load the whole web application.
    package = types.ModuleType("casemgr")
    package.__path__ = [str(Path(__file__).resolve().parents[1])]
    sys.modules["casemgr"] = package
    from casemgr.storage.child import take_limits

    take_limits(json.loads(sys.stdin.buffer.readline()))
    letter, scale = pickle.load(sys.stdin.buffer)  # noqa: S301  (written by our own parent, from no upload)
    from casemgr.pdf.letter import make_letter

    drawn = make_letter(letter)
    Path("letter.pdf").write_bytes(drawn.pdf)
    if scale:
        import pypdfium2

        pdf = pypdfium2.PdfDocument(drawn.pdf)
        for number in range(len(pdf)):
            picture = pdf[number].render(scale=scale).to_pil().convert("P", palette=1, colors=32)
            picture.save(f"page-{number + 1}.png", optimize=True)
    sys.stdout.write(json.dumps({"pages": drawn.pages, "undrawable": drawn.undrawable}))
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
