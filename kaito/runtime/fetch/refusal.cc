#include "kaito/runtime/fetch/refusal.h"

#include "absl/status/status.h"
#include "absl/strings/cord.h"

namespace kaito::runtime {
namespace {

constexpr char kPayload[] = "kaito.sh/refused";

}  // namespace

absl::Status MarkRefused(absl::Status status) {
  status.SetPayload(kPayload, absl::Cord());
  return status;
}

bool WasRefused(const absl::Status& status) {
  return status.GetPayload(kPayload).has_value();
}

}  // namespace kaito::runtime
