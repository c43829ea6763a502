"""The executions of a fake, which a test moves along."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from .contract import contract

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .stage import Stage

_ENDS = frozenset({"completed", "failed", "cancelled"})
_SUMMARY = ("executionId", "workflow", "status", "startedAt", "completedAt", "metadata")


class ExecutionEnded(Exception):
    """An execution has ended, and cannot be moved along any more."""


class Signal(NamedTuple):
    """A signal that an execution was sent."""

    name: str
    """Its name."""
    data: Any
    """What came with it; None when nothing did."""


class FakeExecution:
    """An execution that a test moves along: complete this step, fail that one, end it in any way.

    Its methods may be called from any thread; who waits for the execution, or has subscribed to its events,
    sees each change at once. They raise `ExecutionEnded` once the execution has ended.

    Attributes:
        execution_id: Its id (str).
        workflow: The name of the workflow (str).
        input: What it was started with: any JSON.
        options: The options of its start (dict, as openapi.yaml has them: `timeout` in milliseconds,
            `retries`, `metadata`).
        idempotency_key: The idempotency key of its start (str); None when it came without one.
    """

    def __init__(
        self, stage: Stage, execution_id: str, body: dict[str, Any], idempotency_key: str | None
    ) -> None:
        self.execution_id = execution_id
        self.workflow: str = body["workflow"]
        self.input: Any = body.get("input")
        self.options: dict[str, Any] = body.get("options", {})
        self.idempotency_key = idempotency_key
        self._stage = stage
        self._events: list[dict[str, Any]] = []
        self._tries: dict[str, list[str]] = {}  # by step under way, why tries of it have failed
        self._news = asyncio.Event()
        self.add(("started", {"workflow": self.workflow, "input": self.input}),
                 ("status_changed", {"status": "running"}))  # fmt: skip

    # What is known of it.

    @property
    def events(self) -> list[dict[str, Any]]:
        """Its events so far, as they are on the wire."""
        return list(self._events)

    @property
    def status(self) -> str:
        """`running`, `completed`, `failed` or `cancelled`."""
        last: str = self._events[-1]["type"]
        return last if last in _ENDS else "running"

    @property
    def signals(self) -> list[Signal]:
        """The signals that it was sent, in order."""
        return [Signal(data["signal"], data["data"]) for data in self._data("signal_received")]

    @property
    def cancel_reasons(self) -> list[str | None]:
        """The reasons of the requests to cancel it, in order; None for one that came without."""
        return [data["reason"] for data in self._data("cancel_requested")]

    # What moves it along.

    def start_step(self, step: str) -> None:
        """Start a step."""
        self._move(("step_started", {"step": step}))

    def complete_step(self, step: str, result: Any = None, *, attempts: int = 1) -> None:
        """Complete a step; it is started first, unless it was.

        Args:
            step: The step's name.
            result: What it returns: any JSON.
            attempts: How many times it was tried.
        """
        data = {"step": step, "result": _json(result, "result"), "attempts": attempts}
        self._move(*self._begin(step), ("step_completed", data))

    def fail_step(self, step: str, error: str, *, attempts: int = 1) -> None:
        """Fail a step for the last time; it is started first, unless it was.

        The execution goes on: whether it fails of that is for `fail` to say.

        Args:
            step: The step's name.
            error: Why.
            attempts: How many times it was tried.
        """
        data = {"step": step, "error": error, "attempts": attempts}
        self._move(*self._begin(step), ("step_failed", data))

    def retry_step(self, step: str, error: str) -> None:
        """Fail a try of a step, which is tried again; it is started first, unless it was.

        There is no event for that: the status tells which try it is, and why the last one failed.

        Args:
            step: The step's name.
            error: Why.
        """
        self._stage.call(self._retry_step, step, error)

    def retry(self, error: str) -> None:
        """Fail the workflow and run it again, as `retries` makes it.

        Args:
            error: Why it failed.
        """
        self._move(("retrying", {"attempt": self._attempt + 1, "error": error}))

    def complete(self, result: Any = None) -> None:
        """Complete the execution.

        Args:
            result: What the workflow returns: any JSON.
        """
        self._end("completed", {"result": _json(result, "result")})

    def fail(
        self, error: str, *, type: str = "ApplicationError", step: str | None = None, attempts: int = 1
    ) -> None:
        """Fail the execution.

        Args:
            error: Why.
            type: The kind of error.
            step: The step that is to blame, which is failed first, unless it was; None for the workflow
                itself.
            attempts: How many times the step was tried.
        """
        if step is not None and step not in [data["step"] for data in self._data("step_failed")]:
            self.fail_step(step, error, attempts=attempts)
        tries = attempts if step is not None else None
        failure = {"message": error, "type": type, "step": step, "attempts": tries}
        self._end("failed", {"error": error, "failure": failure})

    def time_out(self) -> None:
        """Fail the execution because it took longer than its timeout."""
        self.fail("The execution took longer than its timeout.", type="timeout")

    def cancel(self, reason: str | None = None) -> None:
        """End the execution as cancelled.

        Args:
            reason: Why; None for the reason that the request to cancel gave, if there was one.
        """
        given = [each for each in self.cancel_reasons if each is not None]
        self._end("cancelled", {"reason": reason if reason is not None else next(iter(given), None)})

    def wait_for_signal(self, name: str, *, timeout: float = 10.0) -> Any:
        """Wait until it was sent a signal, or has been already.

        Args:
            name: The signal's name.
            timeout: Seconds to wait.

        Returns:
            What came with the first signal of this name.

        Raises:
            TimeoutError: It was not sent one.
        """
        found = self._stage.wait_for(
            lambda: self._waited([signal for signal in self.signals if signal.name == name]),
            timeout,
            f"the signal {name!r} to {self.execution_id}",
        )
        return found[0].data

    def wait_for_cancel(self, *, timeout: float = 10.0) -> str | None:
        """Wait until somebody asked to cancel it, or has already.

        Args:
            timeout: Seconds to wait.

        Returns:
            The reason that was given; None without one.

        Raises:
            TimeoutError: Nobody did.
        """
        found: list[str | None] = self._stage.wait_for(
            lambda: self._waited(self.cancel_reasons), timeout, f"a cancellation of {self.execution_id}"
        )
        return found[0]

    def __repr__(self) -> str:
        return f"<FakeExecution {self.execution_id!r} {self.workflow} {self.status}>"

    # For the fake, on its loop.

    def add(self, *events: tuple[str, Any]) -> None:
        """Let events happen, each a type and its data."""
        if self._events and self.status != "running":
            raise ExecutionEnded(f"{self.execution_id} is {self.status}")
        made = [
            {
                "id": f"{number:08}",
                "executionId": self.execution_id,
                "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "type": type,
                "data": data,
            }
            for number, (type, data) in enumerate(events, start=len(self._events) + 1)
        ]
        for event in made:
            contract().check("WorkflowEvent", event)
        self._events += made
        for event in made:
            if event["type"] == "step_started":
                self._tries.pop(event["data"]["step"], None)
        self._news.set()
        self._news = asyncio.Event()
        self._stage.notify()

    def _retry_step(self, step: str, error: str) -> None:
        if started := self._begin(step):
            self.add(*started)
        elif self.status != "running":
            raise ExecutionEnded(f"{self.execution_id} is {self.status}")
        self._tries.setdefault(step, []).append(error)

    def to_status(self) -> dict[str, Any]:
        """The contract's `ExecutionStatus`."""
        end = self._events[-1]["data"] if self.status != "running" else {}
        if self.status == "cancelled":
            end = {"error": end["reason"] or "The execution was cancelled."}
        step = next(iter(self._steps()), None) if self.status == "running" else None
        errors = self._tries.get(step, []) if step is not None else []
        return {
            "executionId": self.execution_id,
            "workflow": self.workflow,
            "status": self.status,
            "startedAt": self._events[0]["timestamp"],
            "completedAt": self._events[-1]["timestamp"] if self.status != "running" else None,
            "metadata": self.options.get("metadata", {}),
            "input": self.input,
            "result": end.get("result"),
            "error": end.get("error"),
            "failure": end.get("failure"),
            "currentStep": step,
            "currentStepAttempt": None if step is None else 1 + len(errors),
            "currentStepError": errors[-1] if errors else None,
            "attempt": self._attempt,
        }

    def to_summary(self) -> dict[str, Any]:
        """The contract's `ExecutionSummary`."""
        status = self.to_status()
        return {name: status[name] for name in _SUMMARY}

    async def follow(self, index: int) -> AsyncIterator[dict[str, Any]]:
        """Its events from one on, those to come included, until it has ended."""
        while True:
            news = self._news
            for event in self._events[index:]:
                index += 1
                yield event
            if self.status != "running":
                return
            await news.wait()

    @property
    def _attempt(self) -> int:
        return 1 + len(self._data("retrying"))

    def _data(self, type: str) -> list[Any]:
        return [event["data"] for event in self._events if event["type"] == type]

    def _steps(self) -> list[str]:
        """The steps that are under way, the latest first."""
        found: list[str] = []
        for event in self._events:
            if event["type"] == "step_started":
                found.insert(0, event["data"]["step"])
            elif event["type"] in {"step_completed", "step_failed"}:
                found.remove(event["data"]["step"])
        return found

    def _begin(self, step: str) -> list[tuple[str, Any]]:
        return [] if step in self._steps() else [("step_started", {"step": step})]

    def _end(self, status: str, data: dict[str, Any]) -> None:
        self._move(("status_changed", {"status": status}), (status, data))

    def _move(self, *events: tuple[str, Any]) -> None:
        self._stage.call(self.add, *events)

    def _waited(self, found: list[Any]) -> list[Any]:
        if not found and self.status != "running":
            raise ExecutionEnded(f"{self.execution_id} is {self.status}")
        return found


def _json(value: Any, name: str) -> Any:
    """A value as it comes out at the other end.

    Raises:
        TypeError: It is no JSON.
    """
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise TypeError(f"the {name} must be JSON: {error}") from None
