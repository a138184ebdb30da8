"""Who may depend on whom: the table of docs/architecture.md, as data.

Three things are made from it: the package groups of the root BUILD.bazel, the
layering_test of each component (//tools/layering:layering.bzl), and the check of
every BUILD file (//tools/layering:layers_test), which also reads this file. To change
the table, write an ADR first.
"""

_PURE_OPERATOR = [
    "operator/estimate/...",
    "operator/plan/...",
    "operator/presets/...",
    "operator/render/...",
    "operator/status/...",
]

_API = [
    "api/...",
    "api/meta/...",
    "api/schema/...",
    "base/...",
]

# What pure code of the operator may know of the provisioner.
_PLAN_TYPES = [
    "provisioner/sku/...",
    "provisioner/types/...",
]

_PROVIDER_MAY_USE = _API + _PLAN_TYPES + [
    "kube/...",
    "provisioner/...",
]

_PURE_OPERATOR_MAY_USE = _API + _PLAN_TYPES + _PURE_OPERATOR + ["api/job/..."]

# Unit of packages under kaito/: the units that it may use, besides itself. A package
# belongs to the longest pattern that fits it, and every package must have one; a
# pattern without "/..." is that package alone. Who may use X may also use what X
# uses: so a closure stays inside the table when each edge does.
LAYERS = {
    "base/...": [],

    # schema describes types; meta is all that kube sees of the API, job all that the
    # runtime sees.
    "api/...": ["api/meta/...", "api/schema/...", "base/..."],
    "api/schema/...": ["base/..."],
    "api/meta/...": ["api/schema/...", "base/..."],
    "api/job/...": ["api/schema/...", "base/..."],
    # The list of all that is public, and the objects that both halves are checked
    # against.
    "api": _API + ["api/job/..."],
    "api/golden/...": _API + ["api/job/..."],

    # Knows no Workspace.
    "kube/...": ["api/meta/...", "api/schema/...", "base/..."],
    # The standalone API server with faults on demand, for tests of all controllers.
    "kube/testing/...": _API + ["kube/...", "standalone/apiserver/..."],

    # The provider interface and the lifecycle; then each provider, which sees no other
    # one; then the program that wires them.
    "provisioner/sku/...": _API,
    "provisioner/types/...": _API + ["provisioner/sku/..."],
    "provisioner/...": _API + _PLAN_TYPES + ["kube/..."],
    "provisioner/azure/...": _PROVIDER_MAY_USE,
    "provisioner/byo/...": _PROVIDER_MAY_USE,
    "provisioner/local/...": _PROVIDER_MAY_USE,
    "provisioner/plugin/...": _PROVIDER_MAY_USE,
    "provisioner": _PROVIDER_MAY_USE + [
        "provisioner/azure/...",
        "provisioner/byo/...",
        "provisioner/local/...",
        "provisioner/plugin/...",
    ],

    # Pure: values in, values out, so no cluster.
    "operator/estimate/...": _PURE_OPERATOR_MAY_USE,
    "operator/plan/...": _PURE_OPERATOR_MAY_USE,
    "operator/presets/...": _PURE_OPERATOR_MAY_USE,
    "operator/render/...": _PURE_OPERATOR_MAY_USE,
    "operator/status/...": _PURE_OPERATOR_MAY_USE,
    # observe, apply, webhook and the like.
    "operator/...": _PURE_OPERATOR_MAY_USE + ["kube/...", "provisioner/..."],
    # The program: everything but kernels and runtime.
    "operator": _PURE_OPERATOR_MAY_USE + [
        "kube/...",
        "operator/...",
        "provisioner/...",
        "provisioner/azure/...",
        "provisioner/byo/...",
        "provisioner/local/...",
        "provisioner/plugin/...",
        "standalone/...",
        "standalone/apiserver/...",
    ],

    # The operator's main gives it the provisioner and the providers.
    "standalone/...": _API + ["kube/...", "standalone/apiserver/..."],
    # Serves kinds that are described to it; what runs on it is the others'.
    "standalone/apiserver/...": _API,

    # The host's API only; DEVICE_TARGETS below use nothing at all.
    "kernels/...": ["base/..."],
    "runtime/...": ["api/job/...", "api/schema/...", "base/...", "kernels/..."],
    # Pure code of the operator too: `plan` and `models` say what the operator would.
    "cli/...": _PURE_OPERATOR_MAY_USE + ["kube/..."],
    # The command against the standalone API server.
    "cli/testing/...": _PURE_OPERATOR_MAY_USE + [
        "cli/...",
        "kube/...",
        "standalone/apiserver/...",
    ],
}

# Targets of kaito/kernels by the ends of their names: device code and references.
# They use each other, //third_party/cuda, and nothing else: nvcc takes seconds for
# each header of Abseil, and a GPU machine without Bazel must be able to build them.
DEVICE_TARGETS = [
    "_cases",
    "_cuda",
    "_params",
    "_ref",
]

# These components may hold CUDA.
CUDA_LAYERS = ["kernels", "runtime"]

def _folder(unit):
    return unit[:-len("/...")] if unit.endswith("/...") else unit

def _inside(unit, outer):
    """Whether a unit is carved out of another one."""
    return unit != outer and outer.endswith("/...") and (unit + "/").startswith(_folder(outer) + "/")

def group_of(unit):
    """Name of the package group in the root BUILD.bazel: who may use the unit."""
    return _folder(unit).replace("/", "_") + "_users"

def users_of(unit):
    """Package specifications of a package_group: the unit itself and who lists it."""
    users = [u for u in LAYERS if u == unit or unit in LAYERS[u]]

    # A user's pattern also covers the units carved out of it, which may not.
    others = [u for u in LAYERS if u not in users and [v for v in users if _inside(u, v)]]
    return ["//kaito/" + u for u in sorted(users)] + ["-//kaito/" + u for u in sorted(others)]

def allowed_regex(unit):
    """Matches the labels that a closure of the unit may hold; for bazel query."""
    allowed = [unit] + LAYERS[unit]
    patterns = []
    for u in allowed:
        carved = [_folder(v)[len(_folder(u)) + 1:] for v in LAYERS if _inside(v, u) and v not in allowed and v != _folder(u)]
        hole = "(?!/(%s)[/:])" % "|".join(sorted(carved)) if carved else ""
        patterns.append(_folder(u) + hole + ("[/:]" if u.endswith("/...") else ":"))
    return "^//kaito/(%s)" % "|".join(sorted(patterns))
