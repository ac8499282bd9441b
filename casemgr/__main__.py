"""`python -m casemgr …`."""

from casemgr.cli import main

main()
