"""cuda_library: device code to objects that cc_* rules link."""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load("@local_cuda//:defs.bzl", "CUDA_FOUND", "CUDA_HOME")

# Real code for A100 and H100/H200, PTX for what comes after them.
_ARCHS_DEFAULT = [
    "arch=compute_80,code=sm_80",
    "arch=compute_90a,code=sm_90a",
    "arch=compute_80,code=compute_80",
]

# --config=cuda_all. CUDA 13 starts at sm_75: a V100 (sm_70) is out of reach.
_ARCHS_ALL = _ARCHS_DEFAULT + [
    "arch=compute_89,code=sm_89",
    "arch=compute_100a,code=sm_100a",
]

ArchsInfo = provider("Value of --//bazel:cuda_archs.", fields = ["value"])

def _archs_flag_impl(ctx):
    if ctx.build_setting_value not in ["default", "all"]:
        fail("--//bazel:cuda_archs=%s: want default or all" % ctx.build_setting_value)
    return [ArchsInfo(value = ctx.build_setting_value)]

cuda_archs_flag = rule(
    implementation = _archs_flag_impl,
    build_setting = config.string(flag = True),
)

def _impl(ctx):
    cc = find_cpp_toolchain(ctx)
    deps = cc_common.merge_cc_infos(cc_infos = [d[CcInfo] for d in ctx.attr.deps])
    context = deps.compilation_context
    archs = _ARCHS_ALL if ctx.attr._archs[ArchsInfo].value == "all" else _ARCHS_DEFAULT
    objects = []
    for src in ctx.files.srcs:
        if src.extension != "cu":
            continue
        out = ctx.actions.declare_file("_objs/%s/%s.pic.o" % (ctx.label.name, src.basename[:-3]))
        args = ctx.actions.args()
        args.add_all(["-std=c++20", "-ccbin", cc.compiler_executable])
        args.add_all(["-Xcompiler", "-fPIC", "-O3", "--expt-relaxed-constexpr", "-Werror", "all-warnings"])
        args.add_all(archs, before_each = "-gencode")
        args.add_all(ctx.attr.copts)
        args.add_all(context.defines, format_each = "-D%s")
        args.add("-I.")
        args.add_all(context.includes, before_each = "-I")
        args.add_all(context.quote_includes, before_each = "-I")
        args.add_all(context.system_includes, before_each = "-isystem")
        args.add_all(["-c", src, "-o", out])
        ctx.actions.run(
            executable = CUDA_HOME + "/bin/nvcc",
            arguments = [args],
            inputs = depset(ctx.files.srcs + ctx.files.hdrs, transitive = [context.headers, cc.all_files]),
            outputs = [out],
            mnemonic = "CudaCompile",
            progress_message = "Compiling %s with nvcc" % src.short_path,
            use_default_shell_env = True,
        )
        objects.append(out)
    return [DefaultInfo(files = depset(objects))]

_cuda_objects = rule(
    implementation = _impl,
    attrs = {
        "copts": attr.string_list(),
        "deps": attr.label_list(providers = [CcInfo]),
        "hdrs": attr.label_list(allow_files = [".h", ".cuh"]),
        "srcs": attr.label_list(allow_files = [".cu", ".cuh"]),
        "_archs": attr.label(default = "//bazel:cuda_archs"),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
    incompatible_use_toolchain_transition = True,
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def needs_cuda():
    """For target_compatible_with: skips, rather than fails, where there is no nvcc."""
    return [] if CUDA_FOUND else ["//bazel:incompatible"]

# For local_defines of a .cc with a CUDA part: #if KAITO_CUDA.
CUDA_DEFINES = ["KAITO_CUDA=1" if CUDA_FOUND else "KAITO_CUDA=0"]

def if_cuda(values):
    """The values where there is a toolkit, else nothing: for deps of such a .cc."""
    return values if CUDA_FOUND else []

def cuda_library(name, srcs = [], hdrs = [], deps = [], copts = [], **kwargs):
    """A cc_library whose objects nvcc makes; its headers stay visible to layering_check.

    No Abseil, gtest or standard containers in its files: nvcc would take seconds more
    for each, and a GPU machine without Bazel must be able to build them.
    """
    objects = [":" + name + "_objects"] if [s for s in srcs if s.endswith(".cu")] else []
    if objects:
        _cuda_objects(
            name = name + "_objects",
            srcs = srcs,
            hdrs = hdrs,
            copts = copts,
            target_compatible_with = needs_cuda(),
            visibility = ["//visibility:private"],
            deps = deps,
        )
    native.cc_library(
        name = name,
        srcs = objects,
        hdrs = hdrs,
        linkstatic = True,
        target_compatible_with = needs_cuda(),
        deps = deps,
        **kwargs
    )
