"""The workflows of the tests of `ductape_sync.testing`."""

from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
def write_greeting(name: str) -> str:
    print(f"the step greets {name}")
    return f"Hello {name}"


@workflow.defn(name="greet")
class Greet:
    @workflow.run
    async def run(self, name: str) -> str:
        return await workflow.execute_activity(
            write_greeting, name, start_to_close_timeout=timedelta(seconds=10), summary="Greeting"
        )


@workflow.defn(name="wait")
class Wait:
    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)
