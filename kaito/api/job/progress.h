#ifndef KAITO_API_JOB_PROGRESS_H_
#define KAITO_API_JOB_PROGRESS_H_

// The progress line that `runtime tune` prints to standard output every 10 s:
//
//   KAITO_PROGRESS
//   {"v":1,"phase":"train","step":120,"total_steps":450,"loss":0.41,...}
//
// The operator finds the newest one in the pod's log. The file of
// --progress-file holds the same JSON.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

struct Progress {
  int64_t version = 1;
  std::string phase;  // "load", "data", "train", "eval", "save" or "push".
  int64_t step = 0;   // Optimiser steps done.
  int64_t total_steps = 0;
  double epoch = 0;
  // Absent before the first step, and where it is not a number.
  std::optional<double> loss;
  std::optional<double> grad_norm;  // Before clipping.
  std::optional<double> learning_rate;
  std::optional<double> tokens_per_second;
  int64_t tokens = 0;  // Trained on so far.
  std::optional<int64_t> eta_seconds;
  int64_t peak_memory_bytes = 0;

  bool operator==(const Progress& other) const = default;
};

// The line, without its newline.
std::string FormatProgressLine(const Progress& progress);

// The newest progress in the last lines of a log; nullopt where there is none.
// Lines that are cut, foreign, or of a version that this build does not know
// are passed over.
std::optional<Progress> FindLastProgress(absl::string_view log);

const StructType& Describe(const Progress*);

}  // namespace kaito::api

#endif  // KAITO_API_JOB_PROGRESS_H_
