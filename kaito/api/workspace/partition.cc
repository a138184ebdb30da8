#include "kaito/api/workspace/partition.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/preset_catalog.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::api {
namespace {

struct MigProfile {
  absl::string_view name;
  int64_t gib;
};

struct MigGpu {
  absl::string_view gpu;
  std::array<MigProfile, 6> profiles;  // Unused ones are empty.
};

// NVIDIA's MIG user guide, "Supported MIG profiles".
constexpr MigGpu kMigGpus[] = {
    {"A30", {{{"1g.6gb", 6}, {"2g.12gb", 12}, {"4g.24gb", 24}}}},
    {"A100 40 GB",
     {{{"1g.5gb", 5},
       {"2g.10gb", 10},
       {"3g.20gb", 20},
       {"4g.20gb", 20},
       {"7g.40gb", 40}}}},
    {"A100 80 GB, H100 80 GB",
     {{{"1g.10gb", 10},
       {"1g.20gb", 20},
       {"2g.20gb", 20},
       {"3g.40gb", 40},
       {"4g.40gb", 40},
       {"7g.80gb", 80}}}},
    {"H100 94 GB",
     {{{"1g.12gb", 12},
       {"1g.24gb", 24},
       {"2g.24gb", 24},
       {"3g.47gb", 47},
       {"4g.47gb", 47},
       {"7g.94gb", 94}}}},
    {"GH200", {{{"3g.48gb", 48}, {"4g.48gb", 48}, {"7g.96gb", 96}}}},
    {"H200",
     {{{"1g.18gb", 18},
       {"1g.35gb", 35},
       {"2g.35gb", 35},
       {"3g.71gb", 71},
       {"4g.71gb", 71},
       {"7g.141gb", 141}}}},
    {"B200",
     {{{"1g.23gb", 23},
       {"1g.45gb", 45},
       {"2g.45gb", 45},
       {"3g.90gb", 90},
       {"4g.90gb", 90},
       {"7g.180gb", 180}}}},
};

constexpr double kGib = 1024.0 * 1024 * 1024;

void CheckSliceHoldsModel(const Workspace& workspace,
                          const ValidationFacts& facts, int64_t slice_bytes,
                          FieldErrors& errors) {
  const PresetSpec* preset = workspace.preset();
  if (preset == nullptr || facts.presets == nullptr) return;
  const PresetFacts* model =
      facts.presets->Find(NormalizePresetName(preset->name));
  if (model == nullptr || model->weights_bytes <= slice_bytes) return;
  errors.Invalid(
      "resource.partition.profile",
      absl::StrFormat("the weights of %s take %.1f GiB, and a slice of profile "
                      "%s has %.0f GiB: choose a bigger one",
                      NormalizePresetName(preset->name),
                      static_cast<double>(model->weights_bytes) / kGib,
                      workspace.resource.partition->profile,
                      static_cast<double>(slice_bytes) / kGib));
}

void CheckMig(const Workspace& workspace, const ValidationFacts& facts,
              FieldErrors& errors) {
  const PartitionSpec& partition = *workspace.resource.partition;
  if (!facts.gates.enable_mig) {
    errors.Forbidden("resource.partition.mode",
                     "mode mig is switched off: start the operator with "
                     "--feature-gates=enableMIG=true");
  }
  if (partition.count) {
    errors.Forbidden("resource.partition.count",
                     "count belongs to mode accelerator: leave it out with "
                     "mode mig");
  }
  if (partition.profile.empty()) {
    errors.Required("resource.partition.profile",
                    "mode mig needs the profile of the slice, as in 1g.10gb");
    return;
  }
  const std::optional<int64_t> slice_bytes = MigSliceBytes(partition.profile);
  if (!slice_bytes) {
    errors.Add(
        {FieldError::Kind::kNotSupported, "resource.partition.profile",
         absl::StrCat("unsupported value ", QuoteForMessage(partition.profile),
                      ": use one of ", absl::StrJoin(MigProfiles(), ", "))});
    return;
  }
  CheckSliceHoldsModel(workspace, facts, *slice_bytes, errors);
}

void CheckAccelerator(const PartitionSpec& partition,
                      const ValidationFacts& facts, FieldErrors& errors) {
  if (!facts.gates.enable_accelerator) {
    errors.Forbidden("resource.partition.mode",
                     "mode accelerator is switched off: start the operator "
                     "with --feature-gates=enableAccelerator=true");
  }
  if (!partition.count) {
    errors.Required("resource.partition.count",
                    "mode accelerator needs the number of GPUs of each node");
  } else if (*partition.count < 1) {
    errors.Invalid("resource.partition.count",
                   absl::StrCat(*partition.count, " GPUs: use at least 1"));
  }
  if (!partition.profile.empty()) {
    errors.Forbidden("resource.partition.profile",
                     "profile belongs to mode mig: leave it out with mode "
                     "accelerator");
  }
}

}  // namespace

std::optional<int64_t> MigSliceBytes(absl::string_view profile) {
  for (const MigGpu& gpu : kMigGpus) {
    for (const MigProfile& known : gpu.profiles) {
      if (!known.name.empty() && known.name == profile) {
        return known.gib * (int64_t{1} << 30);
      }
    }
  }
  return std::nullopt;
}

std::vector<absl::string_view> MigProfiles() {
  std::vector<absl::string_view> names;
  for (const MigGpu& gpu : kMigGpus) {
    for (const MigProfile& profile : gpu.profiles) {
      if (!profile.name.empty()) names.push_back(profile.name);
    }
  }
  return names;
}

std::string MigResourceName(absl::string_view profile) {
  return absl::StrCat("nvidia.com/mig-", profile);
}

void CheckPartition(const Workspace& workspace, const ValidationFacts& facts,
                    FieldErrors& errors) {
  if (!workspace.resource.partition) return;
  const PartitionSpec& partition = *workspace.resource.partition;
  if (workspace.tuning) {
    errors.Forbidden("resource.partition",
                     "tuning needs whole GPUs: leave partition out");
    return;
  }
  if (facts.node_auto_provisioning) {
    errors.Forbidden("resource.partition",
                     "only nodes of your own can be partitioned, and the "
                     "operator creates nodes: start it with --feature-gates="
                     "disableNodeAutoProvisioning=true, or leave partition "
                     "out");
  }
  if (partition.mode == kPartitionMig) {
    CheckMig(workspace, facts, errors);
  } else if (partition.mode == kPartitionAccelerator) {
    CheckAccelerator(partition, facts, errors);
  } else {
    errors.NotSupported(
        "resource.partition.mode", partition.mode,
        {std::string(kPartitionMig), std::string(kPartitionAccelerator)});
  }
}

}  // namespace kaito::api
