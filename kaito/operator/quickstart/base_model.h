#ifndef KAITO_OPERATOR_QUICKSTART_BASE_MODEL_H_
#define KAITO_OPERATOR_QUICKSTART_BASE_MODEL_H_

// The runtime program as the quick-start calls it directly, outside any pod:
// to ask a model before there is a service, and to see that a pushed image is
// an adapter that loads.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::controller {

struct AskOptions {
  std::string runtime_program;
  std::string model_dir;
  std::string adapter_dir;  // Empty: the bare model.
};

// One answer for each question, by `runtime generate` with the base in NF4, as
// it is served.
absl::StatusOr<std::vector<std::string>> AskProgram(
    const AskOptions& options, const std::vector<std::string>& questions,
    Clock& clock, const StopToken& stop);

// `runtime pull` into a new directory.
absl::Status PullImage(absl::string_view runtime_program,
                       absl::string_view image, absl::string_view directory,
                       Clock& clock, const StopToken& stop);

// What `runtime generate` reads and writes: one JSON line for each question.
std::string GenerateInput(const std::vector<std::string>& questions);
absl::StatusOr<std::vector<std::string>> ParseGenerated(
    absl::string_view lines);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_QUICKSTART_BASE_MODEL_H_
