"""The project's C++ rules: warnings, layering checks and test defaults in one place."""

load("//bazel:copts.bzl", "KAITO_COPTS")

_FEATURES = ["layering_check"]

# For every program: a library that only --config=tsan links.
_SUPPRESSIONS = select({
    "//bazel:tsan": ["//bazel:tsan_suppressions"],
    "//conditions:default": [],
})

def _parse_header(name, hdrs, deps, kwargs):
    """Compiles headers that no .cc of their own includes first, twice for their guards."""
    srcs = []
    for h in hdrs:
        if not h.endswith(".h"):
            continue
        out = "%s_%s_parse.cc" % (name, h.replace("/", "_").replace(".", "_"))
        path = native.package_name() + "/" + h
        native.genrule(
            name = "_" + out,
            testonly = kwargs.get("testonly"),
            outs = [out],
            cmd = "printf '#include \"%s\"\\n#include \"%s\"  // Guarded.\\n' > $@" % (path, path),
            visibility = ["//visibility:private"],
        )
        srcs.append(out)
    if srcs:
        native.cc_library(
            name = name + "_parse_headers",
            testonly = kwargs.get("testonly"),
            srcs = srcs,
            copts = KAITO_COPTS,
            linkstatic = True,
            visibility = ["//visibility:private"],
            deps = [":" + name] + deps,
        )

def kaito_cc_library(name, srcs = [], hdrs = [], deps = [], copts = [], **kwargs):
    """A cc_library with our warnings; a header without a .cc is compiled on its own."""
    native.cc_library(
        name = name,
        srcs = srcs,
        hdrs = hdrs,
        copts = KAITO_COPTS + copts,
        features = _FEATURES,
        # No shared library beside the archive: nothing of ours links one.
        linkstatic = True,
        deps = deps,
        **kwargs
    )
    if not srcs:
        _parse_header(name, hdrs, deps, kwargs)

def kaito_cc_binary(name, deps = [], copts = [], **kwargs):
    """A cc_binary with our warnings; with linkshared = True, a plug-in."""
    native.cc_binary(
        name = name,
        copts = KAITO_COPTS + copts,
        features = _FEATURES,
        deps = deps + ([] if kwargs.get("linkshared") else _SUPPRESSIONS),
        **kwargs
    )

def kaito_cc_test(name, size = "small", deps = [], copts = [], main = True, **kwargs):
    """A GoogleTest test beside the code. main = False where the test brings its own."""
    gtest = ["//third_party/googletest:gtest_without_main"]
    if main:
        gtest.append("//third_party/googletest")
    native.cc_test(
        name = name,
        size = size,
        copts = KAITO_COPTS + copts,
        features = _FEATURES,
        deps = deps + gtest + _SUPPRESSIONS,
        **kwargs
    )

def kaito_cc_benchmark(name, deps = [], copts = [], **kwargs):
    """A Google Benchmark program, with its main():

    bazel run -c opt //benchmarks/kernels:poison_bench -- --benchmark_filter=Cpu
    """
    native.cc_binary(
        name = name,
        testonly = True,
        copts = KAITO_COPTS + copts,
        features = _FEATURES,
        deps = deps + [
            "//third_party/benchmark",
            "//third_party/benchmark:benchmark_main",
        ] + _SUPPRESSIONS,
        **kwargs
    )

def kaito_cc_fuzz_test(name, srcs, corpus, deps = [], **kwargs):
    """A libFuzzer target (LLVMFuzzerTestOneInput in srcs).

    Replays its corpus in every build; under --config=fuzz it is a fuzzer, which puts
    what it finds into the first folder:
    bazel run --config=fuzz //path:name -- -max_total_time=60 /tmp/found $PWD/path/corpus
    """
    native.cc_test(
        name = name,
        size = "small",
        srcs = srcs,
        # libFuzzer takes either files, which it replays, or folders.
        args = select({
            "//bazel:fuzzing": [],
            "//conditions:default": ["$(locations %s)" % f for f in corpus],
        }),
        copts = KAITO_COPTS,
        data = corpus,
        features = _FEATURES,
        linkopts = select({
            "//bazel:fuzzing": ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        tags = ["fuzz"],
        deps = deps + select({
            "//bazel:fuzzing": [],
            "//conditions:default": ["//bazel:replay_main"],
        }) + _SUPPRESSIONS,
        **kwargs
    )
