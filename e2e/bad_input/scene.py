"""What the cases of bad input are given."""

import json
import time

from runner import check
from target import wait_until

# By when a status must tell what is wrong.
TOLD_WITHIN = 30.0


class Scene:
    """What the cases are given: the shared world, and the machine behind it."""

    def __init__(self, world, machine):
        self.world = world
        self.machine = machine
        self.target = world.target

    def tidy(self):
        self.world.tidy()

    def apply(self, name, **settings):
        """A short tuning that is not served."""
        self.target.apply(*self.world.tuning_objects(name, serve=False, **settings))

    def told(self, name, *words):
        """Waits until the conditions say all of the words."""

        def said():
            # A Workspace from a moment ago may have none yet.
            conditions = self.target.workspace(name).get("status", {}).get("conditions", [])
            messages = [c["message"] for c in conditions if c["status"] != "True"]
            for message in messages:
                if all(word in message for word in words):
                    return message
            raise ValueError(messages)

        message = wait_until(f"a condition with {words}", said, timeout=TOLD_WITHIN)
        print(f"    {message}", flush=True)
        return message

    def healed(self, name):
        self.target.wait_condition(name, "WorkspaceSucceeded", timeout=120)
        self.world.clean(name)

    def healed_after_change(self, name, **settings):
        """Applies the good one over the bad one."""
        self.apply(name, **settings)
        self.succeeds(name)

    def succeeds(self, name):
        """As healed, of one that may still say Failed for a moment."""
        wait_until(
            f"{name} to succeed",
            lambda: self.target.condition(name, "WorkspaceSucceeded")["status"] == "True",
            timeout=120,
        )
        self.world.clean(name)

    def refused(self, changed, *words):
        """kubectl apply of these objects is refused with all of the words."""
        begun = time.monotonic()
        items = {"apiVersion": "v1", "kind": "List", "items": changed}
        done = self.target.kubectl("apply", "-f", "-", input=json.dumps(items), check=False)
        check(done.returncode != 0, f"was taken: {done.stdout}")
        missing = [word for word in words if word not in done.stderr]
        check(not missing, f"does not say {missing}: {done.stderr}")
        check(time.monotonic() - begun < TOLD_WITHIN, "took too long")
        print(f"    {done.stderr.strip()}", flush=True)
