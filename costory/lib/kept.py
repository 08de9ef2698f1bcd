"""Things a process keeps at hand for a while, so many and no more; what was not asked for longest goes first."""

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Kept(Generic[V]):
    """Values by their keys, as the objects they are. Whoever may be wrong to keep a thing has it in its key."""

    def __init__(self, *, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._values: OrderedDict[Hashable, tuple[float, V]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> V | None:
        """What is kept under this key, None where nothing is or its time is over."""
        with self._lock:
            found = self._values.get(key)
            if found is None or found[0] < time.monotonic():
                return None
            self._values.move_to_end(key)
            return found[1]

    def put(self, key: Hashable, value: V) -> V:
        """Keep this from now on. Returns it."""
        with self._lock:
            self._values[key] = (time.monotonic() + self._seconds, value)
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value

    def clear(self) -> None:
        """Keep nothing of it."""
        with self._lock:
            self._values.clear()
