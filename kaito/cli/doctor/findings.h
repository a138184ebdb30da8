#ifndef KAITO_CLI_DOCTOR_FINDINGS_H_
#define KAITO_CLI_DOCTOR_FINDINGS_H_

// What `kubectl kaito doctor` knows and says: facts, as machine_facts.h and
// cluster_facts.h read them, and findings, made from them here. Pure.
//
//   for (const Finding& finding : JudgeMachine(facts)) ...

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kaito::cli {

struct Finding {
  enum class Level : uint8_t { kOk, kWarn, kFail };
  std::string check;  // "memory"
  Level level = Level::kOk;
  std::string what;    // What is, and what comes of it.
  std::string remedy;  // Empty where nothing is to be done.
};

absl::string_view LevelName(Finding::Level level);

struct ProgramFact {
  std::string name;
  std::string path;  // Empty: not found.
};

struct MachineFacts {
  std::vector<ProgramFact> programs;  // curl, docker-registry, kubectl.
  // Of third_party/packages.txt; nullopt where there is no source tree.
  std::optional<std::vector<std::string>> missing_packages;

  absl::Status service_port;  // Listening on 127.64.0.1:80.
  absl::Status api_port;      // Listening on 127.0.0.1:6443.
  absl::Status free_port;     // Listening on a free port of 127.64.0.1.

  std::string data_dir;
  std::optional<int64_t> disk_free_bytes;
  std::optional<int64_t> memory_available_bytes;

  std::string gpu_driver;    // Its version; empty: there is none.
  int64_t gpus = 0;          // Device files.
  bool gpus_usable = false;  // By this user.

  std::vector<std::string> local_weights;  // Presets below data_dir/models.
  std::string wanted_preset;               // --preset; empty: none.
};

std::vector<Finding> JudgeMachine(const MachineFacts& facts);

struct ClusterFacts {
  absl::Status access;  // NotFound: no kubeconfig names one.
  std::string origin;
  absl::Status workspaces;   // Listing them; NotFound: no such kind.
  absl::Status machines;     // As above.
  absl::Status node_claims;  // As above.
  // Nothing where the server does not tell.
  std::vector<std::string> denied;  // "create workspaces.kaito.sh".
};

std::vector<Finding> JudgeCluster(const ClusterFacts& facts);

struct RegistryFacts {
  std::string url;
  absl::Status reached;
  int code = 0;  // Of GET /v2/, where it was reached.
};

Finding JudgeRegistry(const RegistryFacts& facts);

}  // namespace kaito::cli

#endif  // KAITO_CLI_DOCTOR_FINDINGS_H_
