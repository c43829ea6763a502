"""Starting an execution: once for each idempotency key, under an id of the caller's or one made from it."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import uuid
from typing import TYPE_CHECKING, Any

from attrs import frozen
from google.protobuf.duration_pb2 import Duration
from temporalio.api.common.v1 import Memo, WorkflowType
from temporalio.api.enums.v1 import WorkflowIdConflictPolicy, WorkflowIdReusePolicy
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import StartWorkflowExecutionRequest

from ..problems import Problem
from . import memo, traces
from .catalogue import CATALOGUE
from .payloads import argument, encode

if TYPE_CHECKING:
    from temporalio.api.workflow.v1 import WorkflowExecutionInfo

    from ..tenants import Tenant

_METADATA_BYTES = 32 * 1024
"""How large metadata may be, for each row of a list carries it along."""


@frozen
class Start:
    """A request to start an execution."""

    tenant: Tenant
    """Whose it is."""
    body: dict[str, Any]
    """The contract's ``ExecuteRequest``."""
    key: str
    """Its idempotency key, or one made up."""

    @classmethod
    def of(cls, tenant: Tenant, body: dict[str, Any], key: str | None) -> Start:
        """A request with the caller's key; one is made up when it is None.

        Raises:
            Problem: ``invalid_request`` when the id that it asks for is the gateway's own.
        """
        if body.get("executionId", "").startswith(CATALOGUE):
            raise Problem(
                "invalid_request",
                f"Ids that begin with {CATALOGUE} are the server's own; choose another.",
                field="/executionId",
            )
        return cls(tenant, body, key if key is not None else secrets.token_hex(16))

    @property
    def execution_id(self) -> str:
        """The id that the execution has: the caller's, else one that its key determines."""
        given: str | None = self.body.get("executionId")
        return given if given is not None else f"exec-{self._key_hash}"

    @property
    def _key_hash(self) -> str:
        # Of the tenant too: tenants may share a namespace, and their keys are nobody else's.
        tenant = self.tenant
        text = json.dumps([tenant.product, tenant.env, tenant.namespace, tenant.task_queue, self.key])
        return base64.b32encode(hashlib.sha256(text.encode()).digest()[:16]).decode().rstrip("=").lower()

    @property
    def _fingerprint(self) -> str:
        text = json.dumps(self.body, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def request(self, identity: str) -> StartWorkflowExecutionRequest:
        """What Temporal is asked.

        Args:
            identity: who asks.

        Raises:
            Problem: ``payload_too_large``.
        """
        options = self.body.get("options", {})
        noted = {
            memo.METADATA: options.get("metadata", {}),
            memo.KEY: self._key_hash,
            memo.FINGERPRINT: self._fingerprint,
            memo.RETRIES: int(options.get("retries", 0)),  # 2.0 is an integer too
        }
        request = StartWorkflowExecutionRequest(
            namespace=self.tenant.namespace,
            workflow_id=self.execution_id,
            workflow_type=WorkflowType(name=self.body["workflow"]),
            task_queue=TaskQueue(name=self.tenant.task_queue),
            input=argument(self.body, "input"),
            header=traces.header(),
            memo=Memo(fields={memo.FIELD: encode(noted, "/options/metadata", _METADATA_BYTES)}),
            identity=identity,
            # New for each request: with an old one, Temporal would not say that it is repeated.
            request_id=str(uuid.uuid4()),
            workflow_id_reuse_policy=WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
            workflow_id_conflict_policy=WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
        )
        if "timeout" in options:
            timeout = Duration()
            timeout.FromMilliseconds(int(options["timeout"]))
            request.workflow_execution_timeout.CopyFrom(timeout)
        return request

    def check_same(self, existing: WorkflowExecutionInfo) -> None:
        """See that an execution with this id was started by this very request.

        Raises:
            Problem: ``idempotency_conflict`` or ``execution_exists``.
        """
        noted = memo.read(existing.memo)
        if noted.get(memo.KEY) != self._key_hash:
            raise Problem(
                "execution_exists",
                f"An execution has the id {self.execution_id} already; choose another, or leave it out.",
                field="/executionId",
            )
        if noted.get(memo.FINGERPRINT) != self._fingerprint:
            raise Problem(
                "idempotency_conflict",
                "This idempotency key was used with another body; use a new key for a new request.",
                field="Idempotency-Key",
            )
