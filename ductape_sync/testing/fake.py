"""`Fake`: the API in this process, for unit tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from ..gateway.server import Server, listen, url
from .engine import FakeEngine, Workflow
from .faults import check_operation, delaying, losing, refusing
from .gateway import LIMITS, FakeGateway
from .scripts import Scripts
from .stage import Stage
from .tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..client import Ductape
    from .executions import FakeExecution
    from .faults import Fault
    from .recording import Request, SocketMessage
    from .scripts import Script


class Fake:
    """The whole API on a free port of this machine, HTTP and WebSocket, without workers and without Temporal.

    It is the real gateway: it checks what it is sent and answers as in production, but its executions do
    what the test says. What it sends is checked against openapi.yaml, too::

        with Fake() as fake:
            @fake.workflow("process-order")
            def process_order(run):
                run.complete_step("Charging", {"cents": 1200})
                return {"total": 12}

            ductape = fake.client()
            ...
            assert fake.executions[0].input == {"orderId": "order-123"}

    Attributes:
        tenant: How clients reach it, and as whom (`Tenant`).
    """

    def __init__(self) -> None:
        self._stage = Stage()
        self._scripts = Scripts(self._stage)
        self._engine = FakeEngine(self._stage, self._scripts)
        listener = listen("127.0.0.1", 0)
        self.tenant = Tenant(base_url=url(listener), access_key="fake-key", product="fake", env="test")
        self._gateway = FakeGateway(self._engine, self.tenant)
        self._gateway.on_record(self._stage.notify)
        self._server = Server(self._gateway, LIMITS, listener)
        self._listener = listener
        self._clients: list[Ductape] = []
        self._stage.run(self._server.__aenter__())

    # What a test says.

    def workflow(
        self,
        name: str,
        script: Script | None = None,
        *,
        steps: Sequence[str] = (),
        signals: Sequence[str] = (),
        cancellable: bool = True,
    ) -> Callable[[Script], Script]:
        """Let there be a workflow; what no workflow was made for cannot be executed.

        Args:
            name: What it is executed by.
            script: What its executions do: a function that is called with each `FakeExecution`, on a thread
                of its own. What it returns is the result, and what it raises fails the execution; a failed
                `assert` fails the test, too. Without one an execution runs until the test ends it.
            steps: The steps that it declares, for progress bars.
            signals: The signals that it declares.
            cancellable: Whether a request to cancel an execution ends it at once; False to leave that to
                the script.

        Returns:
            A decorator for the script, instead of the argument.
        """

        def add(script: Script | None) -> None:
            description = script.__doc__ if script is not None else None
            self._engine.workflows[name] = Workflow(
                name, script, description, tuple(steps), tuple(signals), cancellable
            )

        def decorate(script: Script) -> Script:
            self._stage.call(add, script)
            return script

        self._stage.call(add, script)
        return decorate

    def refuse(
        self,
        times: int = 1,
        *,
        code: str = "engine_unavailable",
        retry_after: int | None = None,
        operation: str | None = None,
    ) -> None:
        """Answer the next requests with a problem; by default with 503.

        Args:
            times: How many requests.
            code: One of the contract's codes, which determines the HTTP status.
            retry_after: What to send as `Retry-After`, in seconds; None to send none.
            operation: Only requests of this `operationId`, such as `getStatus`; None for all.

        Raises:
            ValueError: There is no such code or operation; the message names those that there are.
        """
        self._plan(f"refuse({times}, code={code!r}", refusing(code, retry_after), times, operation)

    def lose_requests(self, times: int = 1, *, operation: str | None = None) -> None:
        """Break the connections of the next requests, and do not carry them out.

        Args:
            times: How many requests.
            operation: Only requests of this `operationId`; None for all.
        """
        self._plan(f"lose_requests({times}", losing(answer=False), times, operation)

    def lose_answers(self, times: int = 1, *, operation: str | None = None) -> None:
        """Carry the next requests out, and break their connections instead of answering.

        Args:
            times: How many requests.
            operation: Only requests of this `operationId`; None for all.
        """
        self._plan(f"lose_answers({times}", losing(answer=True), times, operation)

    def delay(self, seconds: float, times: int = 1, *, operation: str | None = None) -> None:
        """Carry the next requests out a while later.

        Args:
            seconds: How much later.
            times: How many requests.
            operation: Only requests of this `operationId`; None for all.
        """
        self._plan(f"delay({seconds:g}, {times}", delaying(seconds), times, operation)

    def _plan(self, call: str, fault: Fault, times: int, operation: str | None) -> None:
        self._stage.call(self._gateway.faults.add, call, fault, times, operation)

    def drop_sockets(self) -> int:
        """Break every WebSocket off, as a network does; return how many there were."""
        return self._stage.call(self._gateway.drop_sockets)

    def duplicate_events(self, times: int = 1) -> None:
        """Send each of the next events on a WebSocket twice.

        Args:
            times: How many events.
        """

        def duplicate() -> None:
            self._gateway.duplicates += times

        self._stage.call(duplicate)

    # What a test asks.

    @property
    def executions(self) -> list[FakeExecution]:
        """The executions, in the order in which they were started."""
        return list(self._engine.executions.values())

    def execution(self, execution_id: str) -> FakeExecution:
        """The execution with an id.

        Raises:
            KeyError: There is none.
        """
        return self._engine.executions[execution_id]

    def started(self, workflow: str) -> list[FakeExecution]:
        """The executions of a workflow, in the order in which they were started."""
        return [execution for execution in self.executions if execution.workflow == workflow]

    def wait_for_start(self, workflow: str, *, count: int = 1, timeout: float = 10.0) -> FakeExecution:
        """Wait until a workflow was executed, say by another thread.

        Args:
            workflow: The name of the workflow.
            count: How many times.
            timeout: Seconds to wait.

        Returns:
            The latest of so many.

        Raises:
            TimeoutError: It was not.
        """
        what = f"execution {count} of {workflow!r}"
        found = self._stage.wait_for(lambda: self.started(workflow)[count - 1 :], timeout, what)
        return found[0]

    @property
    def requests(self) -> list[Request]:
        """The requests that were answered, or were lost, in this order."""
        return list(self._gateway.records.requests)

    def wait_for_requests(
        self, operation: str | None = None, *, count: int = 1, timeout: float = 10.0
    ) -> list[Request]:
        """Wait until there were requests.

        Args:
            operation: Of this `operationId`, such as `openEvents`; None for any.
            count: How many.
            timeout: Seconds to wait.

        Returns:
            All of them so far.

        Raises:
            TimeoutError: There were not so many.
            ValueError: There is no such operation.
        """
        check_operation(operation)

        def found() -> list[Request]:
            of = [request for request in self.requests if operation in {None, request.operation}]
            return of if len(of) >= count else []

        return self._stage.wait_for(found, timeout, f"request {count} of {operation or 'any operation'}")

    @property
    def messages(self) -> list[SocketMessage]:
        """The messages on WebSockets, in order, those of the client and those of the fake."""
        return list(self._gateway.records.messages)

    # How it is reached.

    def client(self, **options: Any) -> Ductape:
        """A client of it, closed with it.

        Args:
            options: As `Ductape` takes them.
        """
        client = self.tenant.client(**options)
        self._clients.append(client)
        return client

    def close(self) -> None:
        """End it, its clients, and its scripts.

        Raises:
            AssertionError, TimeoutError: What a script raised; or a fault that it was told to make has
                happened to no request at all, so that the test has not tested it.
            ContractBroken: It has sent what openapi.yaml does not allow.
        """
        if self._stage.closed:
            return
        self._scripts.finish()
        for client in self._clients:
            client.close()
        # Not as a server stops: uvicorn would give the clients 100 ms.
        self._stage.call(self._server.abort)
        self._stage.run(self._gateway.close())
        self._stage.close()
        self._listener.close()
        for failure in (*self._scripts.failures, *self._gateway.records.faults):
            raise failure
        left_over = self._gateway.left_over()
        if left_over is not None:
            raise AssertionError(left_over)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            self.close()
        except (AssertionError, TimeoutError):
            # The test's own error says more, except where it is the script's failure as the client sees it.
            if error is None:
                raise

    def __repr__(self) -> str:
        return f"<Fake at {self.tenant.base_url}>"
