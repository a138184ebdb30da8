"""kaito_proto_library: C++ messages and gRPC services from .proto files."""

def _protos_of(dep):
    """The filegroup of .proto files beside a kaito_proto_library, by its label."""
    if ":" in dep:
        return dep + "_protos"
    return "%s:%s_protos" % (dep, dep.rpartition("/")[2])

def kaito_proto_library(name, srcs, grpc = False, deps = [], **kwargs):
    """A cc_library of what protoc generates: "path/x.pb.h", and "path/x.grpc.pb.h".

    Imports are written from the root of the repository, and their libraries listed:

        kaito_proto_library(
            name = "provider_proto",
            srcs = ["provider.proto"],
            grpc = True,
            deps = ["//kaito/provisioner/machine:machine_proto"],
        )

    Args:
      name: the library.
      srcs: .proto files of this package.
      grpc: whether their services are generated too.
      deps: the kaito_proto_library targets that srcs import.
      **kwargs: for the cc_library, such as visibility and testonly.
    """
    visibility = kwargs.get("visibility")
    testonly = kwargs.get("testonly")
    native.filegroup(
        name = name + "_protos",
        testonly = testonly,
        srcs = srcs + [_protos_of(d) for d in deps],
        visibility = visibility,
    )

    suffixes = [".pb"] + ([".grpc.pb"] if grpc else [])
    stems = [s[:-len(".proto")] for s in srcs]
    headers = [stem + suffix + ".h" for stem in stems for suffix in suffixes]
    sources = [stem + suffix + ".cc" for stem in stems for suffix in suffixes]

    command = [
        "$(execpath @grpc//:bin/protoc)",
        "-I.",
        "-Iexternal/grpc/include",
        "--cpp_out=$(GENDIR)",
    ]
    tools = ["@grpc//:bin/protoc"]
    if grpc:
        command += [
            "--grpc_out=$(GENDIR)",
            "--plugin=protoc-gen-grpc=$(execpath @grpc//:bin/grpc_cpp_plugin)",
        ]
        tools.append("@grpc//:bin/grpc_cpp_plugin")
    command += ["$(execpath %s)" % s for s in srcs]
    native.genrule(
        name = name + "_generated",
        testonly = testonly,
        srcs = srcs + [_protos_of(d) for d in deps] + ["@grpc//:well_known_protos"],
        outs = headers + sources,
        cmd = " ".join(command),
        exec_tools = tools,
        message = "Generating C++ of",
        visibility = ["//visibility:private"],
    )
    native.cc_library(
        name = name,
        srcs = sources,
        hdrs = headers,
        # Not our code: none of our warnings, but its users' includes are checked.
        copts = ["-w"],
        features = ["layering_check"],
        linkstatic = True,
        deps = deps + ["//third_party/grpc:protobuf"] + (["//third_party/grpc"] if grpc else []),
        **kwargs
    )
