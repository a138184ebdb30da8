"""scenario_tests: the scenarios as tests, in groups that share an instance."""

load("//bazel:python.bzl", "kaito_py_test")

def scenario_tests(groups):
    """A test <group>_test for each group of scenarios.

    Args:
      groups: the names of the scenarios of each, in the order in which they run.
    """
    for group, scenarios in groups.items():
        kaito_py_test(
            name = group + "_test",
            size = "large",
            args = [
                "--operator=$(rootpath //kaito/operator)",
                "--only=" + ",".join(scenarios),
            ],
            data = [
                "//e2e:harness",
                "//examples:workspaces",
                "//kaito/operator",
            ],
            main = "scenarios/scenarios.py",
            # They tune on both cores.
            tags = ["cpu:2"],
        )
