// What ThreadSanitizer should not report: linked into every program of ours
// under --config=tsan. (A file named in TSAN_OPTIONS would be looked for in the
// working directory of each test.)
extern "C" __attribute__((visibility("default"))) const char*
__tsan_default_suppressions() {
  // Debian's gRPC and Abseil, and pyarrow's Arrow, are not built for it: it
  // sees their allocations, and not their locks. Frames below a handler of ours
  // are in libgrpc++.so, which is not named here: handlers stay checked.
  return "race:absl::\n"
         "race:grpc_core::\n"
         "race:grpc::internal::Call\n"
         "race:libgpr.so\n"
         "race:libgrpc.so\n"
         "race:libarrow.so\n"
         // Copies of a string's constructor in archives that aren't built for
         // it.
         "race:_M_construct<char*clone .isra\n"
         "called_from_lib:libgrpc.so\n"
         "called_from_lib:libgrpc++.so\n";
}
