#ifndef KAITO_RUNTIME_TRAIN_CHECKPOINT_H_
#define KAITO_RUNTIME_TRAIN_CHECKPOINT_H_

// Checkpoints: checkpoint-<step>/ in the output directory, with the adapter as
// PEFT reads it, optimizer.safetensors, trainer_state.json and
// training_state.json. No pickles. One that has its name is complete: it is
// written under another and renamed.
//
//   KAITO_RETURN_IF_ERROR(SaveCheckpoint(output, facts, state, {.keep = 2}));
//   ...
//   KAITO_ASSIGN_OR_RETURN(const std::vector<FoundCheckpoint> found,
//                          ListCheckpoints(output));
//   LoadCheckpoint(found.front().path, layout, facts.fingerprint)

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/file_system.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/train/trainer_state.h"
#include "kaito/runtime/train/training_state.h"

namespace kaito::runtime {

struct CheckpointFacts {
  AdapterConfig adapter;  // Resolved (adapter/target_match.h).
  std::string card;       // README.md.
  // Of all that the result depends on: recipe, data, base model. A state is
  // only gone on with where it is the same.
  std::string fingerprint;
  RunFacts run;
};

struct CheckpointOptions {
  int64_t keep = 0;                   // The newest ones; 0: all.
  FileSystem* file_system = nullptr;  // Null: the real one.
};

// One of the same step is replaced. After an error nothing new is there, but
// what is left under another name, which RemoveLeftovers() takes away.
absl::Status SaveCheckpoint(absl::string_view output,
                            const CheckpointFacts& facts,
                            const TrainingState& state,
                            const CheckpointOptions& options);

struct FoundCheckpoint {
  std::string path;
  int64_t step = 0;
};

// Newest first. None where the directory does not exist.
absl::StatusOr<std::vector<FoundCheckpoint>> ListCheckpoints(
    absl::string_view output);

// `layout` (AdapterLayout) says which modules there are. FailedPrecondition
// where the fingerprint is another one; InvalidArgument or NotFound where files
// are missing or do not fit.
absl::StatusOr<TrainingState> LoadCheckpoint(absl::string_view path,
                                             const LoraAdapter& layout,
                                             absl::string_view fingerprint);

// Removes what an interrupted save or removal left in the output directory.
absl::Status RemoveLeftovers(absl::string_view output);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_CHECKPOINT_H_
