"""The flag behind --config=fuzz."""

FuzzInfo = provider("Value of --//bazel:fuzz.", fields = ["enabled"])

def _impl(ctx):
    return [FuzzInfo(enabled = ctx.build_setting_value)]

fuzz_flag = rule(
    implementation = _impl,
    build_setting = config.bool(flag = True),
)
