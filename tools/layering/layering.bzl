"""layering_test: a component's closure stays inside the table of bazel/layers.bzl."""

load("//bazel:layers.bzl", "CUDA_LAYERS", "LAYERS", "allowed_regex")

# Programs are left out: they carry other programs as data. Their code is a
# cc_library, such as "main".
_KINDS = ["alias", "cc_library"]

def layering_report(name, unit, targets, **kwargs):
    """Lists, one a line, what the targets reach and a unit of the table may not.

    Args:
      name: of the report, a genquery.
      unit: a key of LAYERS.
      targets: absolute labels.
      **kwargs: for the genquery.
    """
    report = "(filter('^//kaito/', $d) except filter('%s', $d)) except kind('alias rule', $d)" % allowed_regex(unit)
    if unit.split("/")[0] not in CUDA_LAYERS:
        report = "(%s) union filter('^@local_cuda//', $d)" % report
    native.genquery(
        name = name,
        testonly = True,
        expression = "let d = kind('rule', deps(set(%s))) in %s" % (" ".join(targets), report),
        # Labels in attributes like visibility are no dependencies.
        opts = [
            "--noimplicit_deps",
            "--nonodep_deps",
        ],
        scope = targets,
        **kwargs
    )

def layering_test(name = "layering_test"):
    """At the end of a component's root BUILD.bazel: tests all its public targets.

    What real Bazel follows, macros and external repositories included; the packages
    behind them are checked by //tools/layering:layers_test.

    Args:
      name: of the test.
    """
    package = native.package_name()
    component = package.split("/")[1]
    unit = component if component in LAYERS else component + "/..."
    targets = [
        "//%s:%s" % (package, rule["name"])
        for rule in native.existing_rules().values()
        if rule["kind"] in _KINDS and not rule["name"].endswith("_parse_headers")
    ]
    if not targets:
        return  # Nothing public yet.
    layering_report(
        name = name + "_report",
        tags = ["manual"],
        targets = targets,
        unit = unit,
        visibility = ["//visibility:private"],
    )
    native.sh_test(
        name = name,
        size = "small",
        srcs = ["//tools/layering:check_report.sh"],
        args = [
            "--empty",
            "$(location :%s_report)" % name,
        ],
        data = [":%s_report" % name],
    )
