"""Repository rule: a library that a system package installed, as a repository.

Headers are copied, not linked: clang's layering check looks through links into
/usr/include, and would then let an undeclared include pass.
"""

_INCLUDE_DIRS = ["/usr/include", "/usr/include/x86_64-linux-gnu", "/usr/include/aarch64-linux-gnu"]
_LIB_DIRS = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"]

def _run(ctx, arguments):
    result = ctx.execute(arguments)
    if result.return_code != 0:
        fail("%s: %s: %s" % (ctx.name, " ".join(arguments), result.stderr))
    return result.stdout

def _absent(ctx, what):
    fail("%s: %s is missing: run ./bazelw, or install %s" % (ctx.name, what, ctx.attr.package))

def _impl(ctx):
    for header in ctx.attr.headers:
        found = [d for d in _INCLUDE_DIRS if ctx.path(d + "/" + header).exists]
        if not found:
            _absent(ctx, "header " + header)
        target = "include/" + header
        _run(ctx, ["mkdir", "-p", target.rpartition("/")[0]])
        _run(ctx, ["cp", "-rL", found[0] + "/" + header, target])
    for pattern in ctx.attr.archives:
        listing = _run(ctx, ["sh", "-c", "ls -1 %s 2>/dev/null || true" % " ".join([d + "/" + pattern for d in _LIB_DIRS])])
        files = listing.strip().split("\n") if listing.strip() else []
        if not files:
            _absent(ctx, "archive " + pattern)
        for file in files:
            ctx.symlink(file, "lib/" + file.rpartition("/")[2])
    for program in ctx.attr.programs:
        path = ctx.which(program)
        if path == None:
            _absent(ctx, "program " + program)
        ctx.symlink(path, "bin/" + program)
    ctx.symlink(ctx.attr.build_file, "BUILD.bazel")

system_library = repository_rule(
    implementation = _impl,
    local = True,
    attrs = {
        "archives": attr.string_list(doc = "Static archives, shell patterns."),
        "build_file": attr.label(mandatory = True, allow_single_file = True),
        "headers": attr.string_list(mandatory = True, doc = "Folders or files under an include directory."),
        "package": attr.string(mandatory = True, doc = "What to install where something is missing."),
        "programs": attr.string_list(doc = "Programs looked up in PATH."),
    },
)
