#ifndef KAITO_CLI_FLAGS_SHARED_FLAGS_H_
#define KAITO_CLI_FLAGS_SHARED_FLAGS_H_

// What all commands of kubectl-kaito share: where they read and write, kubectl's
// short flags, and the flags that name the cluster.
//
//   SharedFlags common;
//   FlagSet set("kubectl kaito status", "Shows Workspaces.");
//   AddOutputFlag(common, set);
//   AddClusterFlags(common, set);
//   set.Parse(WithLongNames(args))

#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::cli {

// The world of one run of the program; tests give their own.
struct Context {
  Clock& clock;
  StopToken stop;
  std::ostream& out;
  std::ostream& err;
  int in_fd = 0;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  // A variable of the environment, nothing where it is not set.
  std::function<std::optional<std::string>(absl::string_view)> env;
};

enum class OutputFormat : uint8_t { kText, kJson };

struct SharedFlags {
  OutputFormat output = OutputFormat::kText;
  std::string kubeconfig;
  std::string context;
  std::string ns;  // Empty: the context's.
};

void AddOutputFlag(SharedFlags& flags, FlagSet& set);
void AddClusterFlags(SharedFlags& flags, FlagSet& set);

// -o, -n, -f, -w and -A as kubectl has them (-o json, -o=json, -ojson), by their
// long names. What follows "--" stays.
std::vector<std::string> WithLongNames(std::span<const std::string> args);

}  // namespace kaito::cli

#endif  // KAITO_CLI_FLAGS_SHARED_FLAGS_H_
