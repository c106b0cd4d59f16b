"""The threads that answer questions; what is asked while the program ends is refused through its future."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from backend.errors import RefusedError, mark

P = ParamSpec("P")
T = TypeVar("T")


class Worker(ThreadPoolExecutor):
    """A timer on a page may still ask when the backend is already stopping: that is no defect."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        try:
            return super().submit(fn, *args, **kwargs)
        except RuntimeError:
            refused: Future[T] = Future()
            refused.set_exception(RefusedError(mark("the program is ending")))
            return refused
