#include "kaito/api/workspace/retired_instance_types.h"

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace kaito::api {
namespace {

constexpr absl::string_view kSmall =
    "Standard_NC8as_T4_v3 or Standard_NV36ads_A10_v5";
constexpr absl::string_view kOne =
    "Standard_NC8as_T4_v3, Standard_NV36ads_A10_v5 or "
    "Standard_NC24ads_A100_v4";
constexpr absl::string_view kTwo =
    "Standard_NV72ads_A10_v5 or Standard_NC24ads_A100_v4";
constexpr absl::string_view kFour =
    "Standard_NC64as_T4_v3 or Standard_NC24ads_A100_v4";

// From the lists of retired sizes in Azure's documentation of virtual machines
// (in 2024 and in 2026): NC, NCv2, ND and NV retired on 6 September 2023, NCv3
// on 30 September 2025, NVv3 and NVv4 on 30 September 2026. NDv2 is not listed.
constexpr RetiredInstanceType kRetired[] = {
    {"Standard_NC6", "one K80 with 12 GB", kSmall},
    {"Standard_NC12", "two K80 with 12 GB", kTwo},
    {"Standard_NC24", "four K80 with 12 GB", kFour},
    {"Standard_NC24r", "four K80 with 12 GB", kFour},
    {"Standard_NC6s_v2", "one P100 with 16 GB", kOne},
    {"Standard_NC12s_v2", "two P100 with 16 GB", kTwo},
    {"Standard_NC24s_v2", "four P100 with 16 GB", kFour},
    {"Standard_NC24rs_v2", "four P100 with 16 GB", kFour},
    {"Standard_NC6s_v3", "one V100 with 16 GB", kOne},
    {"Standard_NC12s_v3", "two V100 with 16 GB", kTwo},
    {"Standard_NC24s_v3", "four V100 with 16 GB", kFour},
    {"Standard_NC24rs_v3", "four V100 with 16 GB", kFour},
    {"Standard_ND6s", "one P40 with 24 GB", kOne},
    {"Standard_ND12s", "two P40 with 24 GB", kTwo},
    {"Standard_ND24s", "four P40 with 24 GB", kFour},
    {"Standard_ND24rs", "four P40 with 24 GB", kFour},
    {"Standard_NV6", "one M60 with 8 GB", kSmall},
    {"Standard_NV12", "two M60 with 8 GB", kSmall},
    {"Standard_NV24", "four M60 with 8 GB", kTwo},
    {"Standard_NV12s_v3", "one M60 with 8 GB", kSmall},
    {"Standard_NV24s_v3", "two M60 with 8 GB", kSmall},
    {"Standard_NV48s_v3", "four M60 with 8 GB", kTwo},
    {"Standard_NV32as_v4", "one MI25 with 16 GB", kSmall},
};

}  // namespace

const RetiredInstanceType* FindRetiredInstanceType(absl::string_view name) {
  for (const RetiredInstanceType& retired : kRetired) {
    if (absl::EqualsIgnoreCase(retired.name, name)) return &retired;
  }
  return nullptr;
}

}  // namespace kaito::api
