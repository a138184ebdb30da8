"""Finds the CUDA toolkit; where there is none, the repository exists with nothing in it.

Looked for in $CUDA_HOME, /usr/local/cuda, and the NVIDIA wheels that bazelw installs
under ~/.cache/kaito/python. NCCL is loaded at run time, so only its header is here.
"""

_BUILD = """package(default_visibility = ["//visibility:public"])

cc_library(
    name = "headers",
    hdrs = glob([
        "include/*.h",
        "include/*.hpp",
        "include/crt/**",
        "include/cooperative_groups/**",
        "include/cccl/**",
    ]),
    includes = ["include"],
)

cc_library(
    name = "cudart",
    srcs = ["lib/libcudart_static.a"],
    linkopts = ["-ldl", "-lrt", "-pthread"],
    deps = [":headers"],
)
"""

_LIBRARY = """
cc_library(
    name = "%s",
    srcs = glob(["%s"]),
    linkopts = %s,
    deps = [":headers"]%s,
)
"""

_EMPTY = """package(default_visibility = ["//visibility:public"])

[cc_library(
    name = name,
    target_compatible_with = ["@kaito//bazel:incompatible"],
) for name in ["headers", "cudart", "cublaslt", "cudnn", "nccl_header"]]
"""

def _find(ctx):
    home = ctx.os.environ.get("HOME", "/root")
    for root in [ctx.os.environ.get("CUDA_HOME", "/usr/local/cuda"), home + "/.cache/kaito/python/nvidia/cu13"]:
        if root and ctx.path(root + "/bin/nvcc").exists:
            return root
    return ""

def _optional(ctx, root, name, header, library):
    """A library that a toolkit may lack: empty and incompatible without it."""
    lib_dir = root + ("/lib64" if ctx.path(root + "/lib64").exists else "/lib")
    there = ctx.path(root + "/include/" + header).exists
    file = lib_dir + "/" + library
    if library and not ctx.path(file).exists:
        there = False
    if not there:
        return _LIBRARY % (name, "absent", "[]", ",\n    target_compatible_with = [\"@kaito//bazel:incompatible\"]")
    return _LIBRARY % (name, "absent", repr(["-L" + lib_dir, "-l:" + library, "-Wl,-rpath," + lib_dir]) if library else "[]", "")

def _impl(ctx):
    root = _find(ctx)
    ctx.file("defs.bzl", "CUDA_FOUND = %s\nCUDA_HOME = %r\n" % (root != "", root))
    if not root:
        ctx.file("BUILD.bazel", _EMPTY)
        return
    ctx.symlink(root + "/include", "include")
    ctx.symlink(root + ("/lib64" if ctx.path(root + "/lib64").exists else "/lib"), "lib")
    ctx.file("BUILD.bazel", _BUILD +
                            _optional(ctx, root, "cublaslt", "cublasLt.h", "libcublasLt.so.13") +
                            _optional(ctx, root, "cudnn", "cudnn.h", "libcudnn.so.9") +
                            _optional(ctx, root, "nccl_header", "nccl.h", ""))

cuda_configure = repository_rule(
    implementation = _impl,
    local = True,
    environ = ["CUDA_HOME", "HOME"],
)
