"""The tasks of a server process that run replies, and those who watch them.

One engine a process, on the server's event loop. Pages run in threads beside it and only ever call `offer` and
`request_stop`, which are thread-safe and do nothing where no engine runs (a management command, a test of a service).
"""

from coaching.engine.engine import Engine
from coaching.process import current, install

__all__ = ["Engine", "current", "install"]
