"""Who may depend on whom: the table of docs/architecture.md, as data.

The root BUILD.bazel makes its package groups from it, and //tools/layering tests each
layer's closure against it. To change it, write an ADR first.
"""

# Layer: the layers that it may use, besides itself. Folders are //kaito/<layer>.
LAYERS = {
    "api": ["base"],
    "base": [],
    "cli": ["api", "base", "kube"],
    "kernels": ["base"],
    "kube": ["api", "base"],
    "operator": ["api", "base", "kube", "provisioner", "standalone"],
    "provisioner": ["api", "base", "kube"],
    "runtime": ["api/job", "base", "kernels"],
    "standalone": ["api", "base", "kube"],
}

def users_of(layer):
    """Packages that may depend on a layer: itself, and the layers that list it."""
    users = [layer]
    for other, used in LAYERS.items():
        if layer in used:
            users.append(other)
    return ["//kaito/%s/..." % u for u in sorted(users)]

def forbidden_to(layer):
    """Folders under kaito/ that a layer's closure must not reach."""
    allowed = [layer] + LAYERS[layer]
    return [other for other in LAYERS if other not in allowed and not (other + "/job") in allowed]
