#include "kaito/cli/flags/shared_flags.h"

#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/flags/flags.h"

namespace kaito::cli {
namespace {

struct ShortFlag {
  char letter;
  absl::string_view name;
  bool takes_value;
};

constexpr ShortFlag kShortFlags[] = {
    {'A', "--all-namespaces", false}, {'f', "--file", true},
    {'n', "--namespace", true},       {'o', "--output", true},
    {'w', "--watch", false},
};

// "-ojson" and "-o=json" as "--output=json", "-o" as "--output"; others as they
// are.
std::string LongName(absl::string_view arg) {
  if (arg.size() < 2 || arg[0] != '-' || arg[1] == '-') return std::string(arg);
  for (const ShortFlag& flag : kShortFlags) {
    if (arg[1] != flag.letter) continue;
    absl::string_view value = arg.substr(2);
    if (value.empty()) return std::string(flag.name);
    if (!flag.takes_value) break;
    absl::ConsumePrefix(&value, "=");
    return absl::StrCat(flag.name, "=", value);
  }
  return std::string(arg);
}

}  // namespace

void AddOutputFlag(SharedFlags& flags, FlagSet& set) {
  set.AddEnum("output", &flags.output,
              {{"text", OutputFormat::kText}, {"json", OutputFormat::kJson}},
              "Also -o: text for people, json for programs.");
}

void AddClusterFlags(SharedFlags& flags, FlagSet& set) {
  set.Group("Cluster");
  set.Add("kubeconfig", &flags.kubeconfig,
          "By default $KUBECONFIG, else ~/.kube/config.")
      .Value("FILE");
  set.Add("context", &flags.context, "Of the kubeconfig; else its current one.")
      .Value("NAME");
  set.Add("namespace", &flags.ns, "Also -n; else the context's, or default.")
      .Value("NAME");
}

std::vector<std::string> WithLongNames(std::span<const std::string> args) {
  std::vector<std::string> out;
  bool flags = true;
  for (const std::string& arg : args) {
    if (arg == "--") flags = false;
    out.push_back(flags ? LongName(arg) : arg);
  }
  return out;
}

}  // namespace kaito::cli
