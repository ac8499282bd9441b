"""Finishes a binder in a child process (`storage.own_child`): it holds hostile pages."""

import json
from pathlib import Path
from typing import Any

from casemgr.pdf import conservation, parts
from casemgr.storage.child import Say


def work(order: dict[str, Any], say: Say) -> None:
    """Prove each volume (`finishing.Volume.as_json`), and write what was asked for beside it."""

    def step(now: str) -> None:
        say(now=now)

    proof = []
    for volume in order["volumes"]:
        made = Path(volume["pdf"])
        manifest = json.loads(Path(volume["manifest"]).read_bytes())
        proof.append(conservation.prove(made, manifest, volume["sources"], Path(order["work"]), step))
        if "print" in volume:
            say(pages=[volume["print"], parts.print_set(made, manifest, Path(volume["print"]))])
        for label, name in volume.get("parts", {}).items():
            step(f"Writing exhibit {label}")
            say(pages=[name, parts.one_part(made, manifest, label, Path(name))])
    say(proof=proof)
