"""Apache Arrow C++ as the pyarrow wheel carries it: headers and two shared libraries.

Looked for in $KAITO_PYARROW_DIR (the package's folder), ~/.cache/kaito/python (where
bazelw puts it), and what $KAITO_PYTHON or python3 imports. Where it is absent, or too
old to link with, the targets exist but are incompatible: `//...` skips what needs
them, and an explicit request is a clear error.
"""

# Wheels before 14 carry the old std::string ABI; the reader's functions that our
# plug-in calls came with 24.
_OLDEST_MAJOR = 24

_FIND = "import importlib.util as u; s = u.find_spec('pyarrow'); print(list(s.submodule_search_locations)[0] if s else '')"

_FOUND = """package(default_visibility = ["//visibility:public"])

cc_library(
    name = "arrow",
    srcs = glob(["lib/libarrow.so.*"]),
    hdrs = glob(["include/arrow/**/*.h"]),
    includes = ["include"],
)

cc_library(
    name = "parquet",
    srcs = glob(["lib/libparquet.so.*"]),
    hdrs = glob(["include/parquet/**/*.h"]),
    includes = ["include"],
    deps = [":arrow"],
)

filegroup(
    name = "shared_libraries",
    srcs = glob(["lib/*.so.*"]),
)
"""

_ABSENT = """package(default_visibility = ["//visibility:public"])

[cc_library(
    name = name,
    target_compatible_with = ["@kaito//bazel:incompatible"],
) for name in ["arrow", "parquet", "shared_libraries"]]
"""

def _package_dir(ctx):
    explicit = ctx.os.environ.get("KAITO_PYARROW_DIR", "")
    if explicit:
        return explicit
    installed = ctx.os.environ.get("HOME", "/root") + "/.cache/kaito/python/pyarrow"
    if ctx.path(installed).exists:
        return installed
    for python in [ctx.os.environ.get("KAITO_PYTHON", ""), "python3"]:
        program = ctx.which(python) if python and "/" not in python else python
        if not program:
            continue
        found = ctx.execute([str(program), "-c", _FIND])
        if found.return_code == 0 and found.stdout.strip():
            return found.stdout.strip()
    return ""

def _major(ctx, root):
    header = ctx.path(root + "/include/arrow/util/config.h")
    if not header.exists:
        return 0
    for line in ctx.read(header).split("\n"):
        if line.startswith("#define ARROW_VERSION_MAJOR "):
            return int(line.split(" ")[2])
    return 0

def _impl(ctx):
    root = _package_dir(ctx)
    if not root or _major(ctx, root) < _OLDEST_MAJOR:
        ctx.file("BUILD.bazel", _ABSENT)
        ctx.file("defs.bzl", "ARROW_FOUND = False\n")
        return
    for library in ["libarrow.so.", "libparquet.so."]:
        # The suffix is 100 * major + minor: 2600, but 1801.
        files = [f for f in ctx.path(root).readdir() if f.basename.startswith(library)]
        if len(files) != 1:
            fail("%s: %d files named %s* in %s, expected one" % (ctx.name, len(files), library, root))
        ctx.symlink(files[0], "lib/" + files[0].basename)
    ctx.execute(["mkdir", "include"])
    for headers in ["arrow", "parquet"]:
        # Copied: clang's layering check looks through links into system folders.
        copy = ctx.execute(["cp", "-rL", "%s/include/%s" % (root, headers), "include/" + headers])
        if copy.return_code != 0:
            fail(copy.stderr)
    ctx.file("BUILD.bazel", _FOUND)
    ctx.file("defs.bzl", "ARROW_FOUND = True\n")

arrow_configure = repository_rule(
    implementation = _impl,
    local = True,
    environ = ["HOME", "KAITO_PYARROW_DIR", "KAITO_PYTHON", "PATH"],
)
