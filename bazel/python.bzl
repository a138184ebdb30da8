"""kaito_py_test: a unittest of a script. py_test would look for a program "python"."""

def kaito_py_test(name, main, data = [], args = [], size = "small", **kwargs):
    """Runs `main` with python3; it finds its data in the runfiles.

    Args:
      name: the test.
      main: its Python file.
      data: what it imports, runs or reads.
      args: the program's arguments, where it is no unittest.
      size: as everywhere.
      **kwargs: for the sh_test, such as tags.
    """
    native.sh_test(
        name = name,
        size = size,
        srcs = ["//bazel:python_test.sh"],
        args = ["$(location %s)" % main] + args,
        data = [main] + data,
        **kwargs
    )
