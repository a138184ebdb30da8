#include "kaito/provisioner/local/local_provider.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/provisioner/local/node_host.h"
#include "kaito/provisioner/types/provider.h"

namespace kaito::provisioner {
namespace {

// Of a file in /proc; /proc/cpuinfo has 1.5 KB a CPU.
constexpr int64_t kMaxProcBytes = int64_t{4} << 20;
// A machine with more is not described by this.
constexpr int64_t kMaxGpus = 64;

int64_t CountCpus(const std::string& cpuinfo) {
  int64_t cpus = 0;
  for (const absl::string_view line : absl::StrSplit(cpuinfo, '\n')) {
    if (absl::StartsWith(line, "processor")) ++cpus;
  }
  return cpus;
}

int64_t MemoryKib(const std::string& meminfo) {
  for (absl::string_view line : absl::StrSplit(meminfo, '\n')) {
    if (!absl::ConsumePrefix(&line, "MemTotal:")) continue;
    int64_t kib = 0;
    absl::ConsumeSuffix(&line, "kB");
    return absl::SimpleAtoi(line, &kib) ? kib : 0;
  }
  return 0;
}

Instance InstanceOf(const HostedNode& node) {
  return {.claim = node.claim,
          .provider_id = node.provider_id,
          .node_name = node.node_name,
          .created = node.created};
}

std::string ReadProc(absl::string_view root, absl::string_view path) {
  return ReadFile(JoinPath(root, path), kMaxProcBytes).value_or("");
}

}  // namespace

absl::StatusOr<Instance> LocalProvider::Create(const InstanceRequest& request,
                                               const StopToken&) {
  HostedNode node = {
      .claim = request.claim,
      .node_name = options_.node_name,
      .provider_id = absl::StrCat("kaito-local://", options_.node_name)};
  if (options_.host != nullptr) {
    KAITO_ASSIGN_OR_RETURN(node, options_.host->Add(request));
  }
  const std::string type =
      request.instance_type.empty() ? "any type" : request.instance_type;
  Instance instance = InstanceOf(node);
  instance.note = absl::StrCat(
      "This machine, as node ", node.node_name, ", stands in for ", type,
      "; it really has: ", options_.machine,
      node.node_name == options_.node_name
          ? ""
          : absl::StrCat(", which it shares with node ", options_.node_name));
  return instance;
}

absl::Status LocalProvider::Delete(absl::string_view claim,
                                   const StopToken& stop) {
  if (options_.host != nullptr) return options_.host->Remove(claim, stop);
  return absl::NotFoundError(
      absl::StrCat("local provider: nothing was made for ", claim));
}

absl::StatusOr<std::vector<Instance>> LocalProvider::List(const StopToken&) {
  std::vector<Instance> instances;
  if (options_.host == nullptr) return instances;
  for (const HostedNode& node : options_.host->List()) {
    instances.push_back(InstanceOf(node));
  }
  return instances;
}

std::string DescribeThisMachine(absl::string_view root) {
  const int64_t cpus = CountCpus(ReadProc(root, "proc/cpuinfo"));
  const int64_t gib = MemoryKib(ReadProc(root, "proc/meminfo")) >> 20;
  // The driver's list: a directory for each.
  const absl::StatusOr<std::vector<std::string>> devices =
      ListDir(JoinPath(root, "proc/driver/nvidia/gpus"), kMaxGpus);
  const int64_t gpus = devices.ok() ? static_cast<int64_t>(devices->size()) : 0;
  return absl::StrCat(
      cpus, cpus == 1 ? " CPU, " : " CPUs, ", gib, " GiB of memory, ",
      gpus == 0 ? "no GPU" : absl::StrCat(gpus, gpus == 1 ? " GPU" : " GPUs"));
}

}  // namespace kaito::provisioner
