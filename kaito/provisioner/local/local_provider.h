#ifndef KAITO_PROVISIONER_LOCAL_LOCAL_PROVIDER_H_
#define KAITO_PROVISIONER_LOCAL_LOCAL_PROVIDER_H_

// LocalProvider: this machine stands in for every claim. It takes any instance
// type; the node gets its label, and an event says what the machine really is.
//
//   LocalProvider provider({.node_name = "laptop",
//                           .machine = DescribeThisMachine("/"),
//                           .host = &host});
//
// With a host (standalone) each claim has a Node for itself: the first one that
// of the machine, the others one that comes and goes with them. Without one
// (a cluster's node that is there anyway) all claims share the machine's Node:
// then only one at a time may have a label of its own on it.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/provisioner/local/node_host.h"
#include "kaito/provisioner/types/provider.h"

namespace kaito::provisioner {

struct LocalProviderOptions {
  std::string node_name;     // As the node agent registers it.
  std::string machine;       // "8 CPUs, 31 GiB of memory, no GPU".
  NodeHost* host = nullptr;  // Outlives the provider.
};

class LocalProvider final : public Provider {
 public:
  explicit LocalProvider(LocalProviderOptions options)
      : options_(std::move(options)) {}

  absl::string_view name() const override { return "local"; }
  // The machine's own.
  bool KeepsNode(absl::string_view node) const override {
    return options_.host == nullptr || node == options_.node_name;
  }

  // Without a host nothing is made, and so nothing is to be deleted or found.
  absl::StatusOr<Instance> Create(const InstanceRequest& request,
                                  const StopToken& stop) override;
  absl::Status Delete(absl::string_view claim, const StopToken& stop) override;
  absl::StatusOr<std::vector<Instance>> List(const StopToken& stop) override;

 private:
  const LocalProviderOptions options_;
};

// CPUs, memory and NVIDIA GPUs, from /proc below `root` ("/").
std::string DescribeThisMachine(absl::string_view root);

}  // namespace kaito::provisioner

#endif  // KAITO_PROVISIONER_LOCAL_LOCAL_PROVIDER_H_
