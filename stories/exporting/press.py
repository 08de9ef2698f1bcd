"""Sets one book and ends: a program of its own, `python -I press.py FOLDER SECONDS MEGABYTES MOMENT STYLE`.

A long book takes hundreds of megabytes while it is set, and typst keeps what it learned; here it is given back with
the process, and neither a book without end nor a fault in the press reaches the server. It has no environment, so no
secrets, and reads nothing but its folder and the system's fonts.
"""

import resource
import sys
from pathlib import Path

import typst

folder, seconds, megabytes, moment, style = Path(sys.argv[1]), *map(int, sys.argv[2:5]), sys.argv[5]
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1_000_000, megabytes * 1_000_000))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
typst.compile(
    folder / "book.typ", output=folder / "book.pdf", root=folder, timestamp=moment, sys_inputs={"style": style}
)
