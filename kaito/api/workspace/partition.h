#ifndef KAITO_API_WORKSPACE_PARTITION_H_
#define KAITO_API_WORKSPACE_PARTITION_H_

// Parts of GPUs (resource.partition): NVIDIA's MIG profiles as a table, and the
// rules about them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::api {

inline constexpr absl::string_view kPartitionMig = "mig";
inline constexpr absl::string_view kPartitionAccelerator = "accelerator";

// Bytes of a slice, by a profile of the table as in "1g.10gb"; nullopt for any
// other.
std::optional<int64_t> MigSliceBytes(absl::string_view profile);

// All profiles of the table, each once, in the order of the GPUs.
std::vector<absl::string_view> MigProfiles();

// What a pod asks for to get a slice: "nvidia.com/mig-1g.10gb".
std::string MigResourceName(absl::string_view profile);

// Adds what is wrong with workspace.resource.partition, where it has one.
void CheckPartition(const Workspace& workspace, const ValidationFacts& facts,
                    FieldErrors& errors);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_PARTITION_H_
