"""Every external repository, in one list."""

load("//bazel:cuda_configure.bzl", "cuda_configure")
load("//bazel:system_library.bzl", "system_library")
load("//third_party/arrow:arrow_configure.bzl", "arrow_configure")

def kaito_repositories():
    """Declares the repositories that //third_party wraps."""
    system_library(
        name = "com_google_absl",
        archives = ["libabsl_*.a"],
        build_file = "//third_party/abseil:system.BUILD.bazel",
        headers = ["absl"],
        package = "libabsl-dev",
    )
    system_library(
        name = "com_google_benchmark",
        archives = ["libbenchmark_main.a"],
        build_file = "//third_party/benchmark:system.BUILD.bazel",
        headers = ["benchmark"],
        package = "libbenchmark-dev",
    )
    system_library(
        name = "curl",
        build_file = "//third_party/curl:system.BUILD.bazel",
        headers = ["curl"],
        package = "libcurl4-openssl-dev",
    )
    system_library(
        name = "com_google_googletest",
        archives = [
            "libgtest.a",
            "libgtest_main.a",
            "libgmock.a",
        ],
        build_file = "//third_party/googletest:system.BUILD.bazel",
        headers = [
            "gtest",
            "gmock",
        ],
        package = "libgtest-dev libgmock-dev",
    )
    system_library(
        name = "grpc",
        build_file = "//third_party/grpc:system.BUILD.bazel",
        headers = [
            "google/protobuf",
            "grpc",
            "grpc++",
            "grpcpp",
        ],
        package = "libgrpc++-dev libprotobuf-dev",
        programs = [
            "protoc",
            "grpc_cpp_plugin",
        ],
    )
    system_library(
        name = "highway",
        build_file = "//third_party/highway:system.BUILD.bazel",
        headers = ["hwy"],
        package = "libhwy-dev",
    )
    system_library(
        name = "nlohmann_json",
        build_file = "//third_party/nlohmann:system.BUILD.bazel",
        headers = ["nlohmann"],
        package = "nlohmann-json3-dev",
    )
    system_library(
        name = "onednn",
        build_file = "//third_party/onednn:system.BUILD.bazel",
        headers = ["oneapi"],
        package = "libdnnl-dev",
    )
    system_library(
        name = "openssl",
        build_file = "//third_party/openssl:system.BUILD.bazel",
        headers = ["openssl"],
        package = "libssl-dev",
    )
    system_library(
        name = "re2",
        archives = ["libre2.a"],
        build_file = "//third_party/re2:system.BUILD.bazel",
        headers = ["re2"],
        package = "libre2-dev",
    )
    system_library(
        name = "simdjson",
        build_file = "//third_party/simdjson:system.BUILD.bazel",
        headers = ["simdjson.h"],
        package = "libsimdjson-dev",
    )
    system_library(
        name = "sqlite",
        build_file = "//third_party/sqlite:system.BUILD.bazel",
        headers = ["sqlite3.h"],
        package = "libsqlite3-dev",
    )
    system_library(
        name = "utf8proc",
        archives = ["libutf8proc.a"],
        build_file = "//third_party/utf8proc:system.BUILD.bazel",
        headers = ["utf8proc.h"],
        package = "libutf8proc-dev",
    )
    system_library(
        name = "yaml_cpp",
        archives = ["libyaml-cpp.a"],
        build_file = "//third_party/yaml_cpp:system.BUILD.bazel",
        headers = ["yaml-cpp"],
        package = "libyaml-cpp-dev",
    )
    system_library(
        name = "zlib",
        build_file = "//third_party/zlib:system.BUILD.bazel",
        headers = [
            "zconf.h",
            "zlib.h",
        ],
        package = "zlib1g-dev",
    )
    system_library(
        name = "zstd",
        build_file = "//third_party/zstd:system.BUILD.bazel",
        headers = ["zstd.h"],
        package = "libzstd-dev",
    )
    arrow_configure(name = "arrow")
    cuda_configure(name = "local_cuda")
