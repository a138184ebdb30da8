#include "kaito/runtime/train/checkpoint.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/api/job/layout.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/file_system.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/adapter/adapter_directory.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/train/trainer_state.h"
#include "kaito/runtime/train/training_state.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/safetensors_file.h"
#include "kaito/runtime/weights/safetensors_writer.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {
namespace {

constexpr absl::string_view kPrefix = "checkpoint-";
constexpr absl::string_view kPartialPrefix = ".partial-checkpoint-";
constexpr absl::string_view kRemovedPrefix = ".removed-checkpoint-";
constexpr absl::string_view kOptimizerFile = "optimizer.safetensors";
constexpr absl::string_view kTrainerStateFile = "trainer_state.json";
constexpr absl::string_view kTrainingStateFile = "training_state.json";
constexpr absl::string_view kFirstMoment = "exp_avg.";
constexpr absl::string_view kSecondMoment = "exp_avg_sq.";
constexpr int64_t kVersion = 1;
// A log entry has 200 bytes; a million of them are more than any run has.
constexpr int64_t kMaxJsonBytes = int64_t{256} << 20;
constexpr int64_t kMaxEntries = 1000000;

// The whole numbers and the others of training_state.json.
template <typename State, typename Integer, typename Real>
void ForEachField(State& state, Integer integer, Real real) {
  integer("step", state.step);
  integer("updates", state.optimizer.updates);
  integer("tokens", state.tokens);
  integer("targets", state.targets);
  integer("skipped", state.skipped);
  integer("skipped_in_row", state.skipped_in_row);
  integer("window_steps", state.window_steps);
  real("epoch", state.epoch);
  real("last_loss", state.last_loss);
  real("window_loss", state.window_loss);
  real("window_correct", state.window_correct);
}

json::Value FormatState(const CheckpointFacts& facts,
                        const TrainingState& state) {
  json::Value value =
      json::Object{{"version", kVersion}, {"fingerprint", facts.fingerprint}};
  ForEachField(
      state, [&](const char* name, int64_t x) { value[name] = x; },
      [&](const char* name, double x) { value[name] = x; });
  return value;
}

absl::Status ParseState(const json::Value& value, TrainingState& state) {
  absl::Status status;
  const auto complain = [&](const char* name) {
    status = absl::InvalidArgumentError(
        absl::StrCat(name, ": want a number that is not negative"));
  };
  ForEachField(
      state,
      [&](const char* name, int64_t& out) {
        const json::Value* field = value.Find(name);
        const auto x = field == nullptr ? std::nullopt : field->integer();
        if (!x.has_value() || *x < 0) return complain(name);
        out = *x;
      },
      [&](const char* name, double& out) {
        const json::Value* field = value.Find(name);
        const auto x = field == nullptr ? std::nullopt : field->number();
        if (!x.has_value()) return complain(name);
        out = *x;
      });
  return status;
}

absl::StatusOr<json::Value> ReadJson(const std::string& path) {
  KAITO_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxJsonBytes));
  absl::StatusOr<json::Value> value =
      json::Parse(text, {.max_bytes = kMaxJsonBytes, .max_depth = 16});
  if (!value.ok()) return Annotate(value.status(), path);
  return value;
}

// visit(name, shape, values) for each moment.
template <typename Gradients, typename Visit>
absl::Status ForEachMoment(const LoraAdapter& adapter, absl::string_view prefix,
                           Gradients& moments, Visit visit) {
  for (size_t i = 0; i < adapter.modules.size(); ++i) {
    const LoraModule& m = adapter.modules[i];
    KAITO_RETURN_IF_ERROR(visit(absl::StrCat(prefix, LoraAName(m.module)),
                                std::vector<int64_t>{m.rank, m.in},
                                moments.modules[i].a));
    KAITO_RETURN_IF_ERROR(visit(absl::StrCat(prefix, LoraBName(m.module)),
                                std::vector<int64_t>{m.out, m.rank},
                                moments.modules[i].b));
  }
  return absl::OkStatus();
}

absl::Status WriteOptimizer(const std::string& path, const TrainingState& state,
                            const WriteFileOptions& options) {
  std::vector<NamedTensor> tensors;
  const auto add = [&](std::string name, std::vector<int64_t> shape,
                       const std::vector<float>& values) {
    tensors.push_back({std::move(name),
                       {.dtype = Dtype::kF32,
                        .shape = std::move(shape),
                        .bytes = std::as_bytes(std::span(values))}});
    return absl::OkStatus();
  };
  KAITO_RETURN_IF_ERROR(
      ForEachMoment(state.adapter, kFirstMoment, state.optimizer.first, add));
  KAITO_RETURN_IF_ERROR(
      ForEachMoment(state.adapter, kSecondMoment, state.optimizer.second, add));
  return WriteSafetensors(path, tensors, {{"format", "pt"}}, options);
}

absl::Status ReadOptimizer(const std::string& path, TrainingState& state) {
  KAITO_ASSIGN_OR_RETURN(const SafetensorsFile file,
                         SafetensorsFile::Open(path));
  const auto read = [&](const std::string& name,
                        const std::vector<int64_t>& shape,
                        std::vector<float>& values) -> absl::Status {
    KAITO_ASSIGN_OR_RETURN(const TensorView view, file.Get(name));
    if (view.dtype != Dtype::kF32 || view.shape != shape) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": ", name, " is ", NameOf(view.dtype), " ",
          ShapeToString(view.shape), ", want F32 ", ShapeToString(shape)));
    }
    if (!values.empty()) {
      std::memcpy(values.data(), view.bytes.data(), view.bytes.size());
    }
    return absl::OkStatus();
  };
  KAITO_RETURN_IF_ERROR(
      ForEachMoment(state.adapter, kFirstMoment, state.optimizer.first, read));
  return ForEachMoment(state.adapter, kSecondMoment, state.optimizer.second,
                       read);
}

absl::Status WriteFiles(const std::string& directory,
                        const CheckpointFacts& facts,
                        const TrainingState& state,
                        const WriteFileOptions& options) {
  KAITO_RETURN_IF_ERROR(WriteAdapterDirectory(
      directory, facts.adapter, state.adapter, facts.card, {.file = options}));
  KAITO_RETURN_IF_ERROR(
      WriteOptimizer(JoinPath(directory, kOptimizerFile), state, options));
  KAITO_RETURN_IF_ERROR(WriteFileAtomic(
      JoinPath(directory, kTrainerStateFile),
      json::Write(FormatTrainerState(state, facts.run), {.indent = 2}),
      options));
  return WriteFileAtomic(JoinPath(directory, kTrainingStateFile),
                         json::Write(FormatState(facts, state), {.indent = 2}),
                         options);
}

// Renamed first, so that no half-removed directory has a checkpoint's name.
absl::Status RemoveCheckpoint(absl::string_view output, const std::string& path,
                              FileSystem& fs) {
  const std::string removed = JoinPath(
      output,
      absl::StrCat(kRemovedPrefix, absl::StripPrefix(Basename(path), kPrefix)));
  KAITO_RETURN_IF_ERROR(RemoveAll(removed));
  KAITO_RETURN_IF_ERROR(fs.Rename(path, removed));
  return RemoveAll(removed);
}

absl::Status RemoveOld(absl::string_view output, int64_t keep, FileSystem& fs) {
  if (keep <= 0) return absl::OkStatus();
  KAITO_ASSIGN_OR_RETURN(const std::vector<FoundCheckpoint> found,
                         ListCheckpoints(output));
  for (size_t i = static_cast<size_t>(keep); i < found.size(); ++i) {
    KAITO_RETURN_IF_ERROR(RemoveCheckpoint(output, found[i].path, fs));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SaveCheckpoint(absl::string_view output,
                            const CheckpointFacts& facts,
                            const TrainingState& state,
                            const CheckpointOptions& options) {
  FileSystem& fs =
      options.file_system == nullptr ? RealFileSystem() : *options.file_system;
  const std::string partial =
      JoinPath(output, absl::StrCat(kPartialPrefix, state.step));
  const std::string final_path =
      JoinPath(output, absl::StrCat(kPrefix, state.step));
  KAITO_RETURN_IF_ERROR(RemoveAll(partial));
  KAITO_RETURN_IF_ERROR(MakeDirs(partial));
  absl::Status written =
      WriteFiles(partial, facts, state, {.file_system = &fs});
  if (!written.ok()) {
    // The space may be what is missing; the first error is the one that counts.
    (void)RemoveAll(partial);
    return written;
  }
  KAITO_ASSIGN_OR_RETURN(const std::vector<FoundCheckpoint> found,
                         ListCheckpoints(output));
  for (const FoundCheckpoint& old : found) {
    if (old.step != state.step) continue;
    KAITO_RETURN_IF_ERROR(RemoveCheckpoint(output, old.path, fs));
  }
  KAITO_RETURN_IF_ERROR(fs.Rename(partial, final_path));
  KAITO_RETURN_IF_ERROR(fs.SyncDirectory(output));
  return RemoveOld(output, options.keep, fs);
}

absl::StatusOr<std::vector<FoundCheckpoint>> ListCheckpoints(
    absl::string_view output) {
  const auto names = ListDir(output, kMaxEntries);
  if (absl::IsNotFound(names.status())) return std::vector<FoundCheckpoint>();
  if (!names.ok()) return names.status();
  std::vector<FoundCheckpoint> found;
  for (const std::string& name : *names) {
    absl::string_view digits = name;
    int64_t step = 0;
    if (!absl::ConsumePrefix(&digits, kPrefix) ||
        !absl::SimpleAtoi(digits, &step) || step < 0) {
      continue;
    }
    found.push_back({JoinPath(output, name), step});
  }
  std::sort(found.begin(), found.end(),
            [](const FoundCheckpoint& a, const FoundCheckpoint& b) {
              return a.step > b.step;
            });
  return found;
}

absl::StatusOr<TrainingState> LoadCheckpoint(absl::string_view path,
                                             const LoraAdapter& layout,
                                             absl::string_view fingerprint) {
  const std::string state_path = JoinPath(path, kTrainingStateFile);
  KAITO_ASSIGN_OR_RETURN(const json::Value value, ReadJson(state_path));
  const json::Value* version = value.Find("version");
  if (version == nullptr || version->integer() != kVersion) {
    return absl::InvalidArgumentError(
        absl::StrCat(state_path, ": version: want ", kVersion,
                     "; the checkpoint is of another version of this program"));
  }
  if (value.StringAt({"fingerprint"}) != fingerprint) {
    return absl::FailedPreconditionError(
        absl::StrCat(path,
                     ": is of another run: recipe, data or base model "
                     "have changed since"));
  }
  TrainingState state;
  const absl::Status parsed = ParseState(value, state);
  if (!parsed.ok()) return Annotate(parsed, state_path);

  state.adapter = layout;
  KAITO_RETURN_IF_ERROR(ReadAdapterTensors(
      JoinPath(path, api::kAdapterWeightsFile), state.adapter));
  state.optimizer.first = ZeroGradients(state.adapter);
  state.optimizer.second = ZeroGradients(state.adapter);
  KAITO_RETURN_IF_ERROR(ReadOptimizer(JoinPath(path, kOptimizerFile), state));

  const std::string log_path = JoinPath(path, kTrainerStateFile);
  KAITO_ASSIGN_OR_RETURN(const json::Value log, ReadJson(log_path));
  absl::StatusOr<std::vector<LogEntry>> entries = ParseTrainerLog(log);
  if (!entries.ok()) return Annotate(entries.status(), log_path);
  state.log = *std::move(entries);
  return state;
}

absl::Status RemoveLeftovers(absl::string_view output) {
  const auto names = ListDir(output, kMaxEntries);
  if (absl::IsNotFound(names.status())) return absl::OkStatus();
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (!absl::StartsWith(name, kPartialPrefix) &&
        !absl::StartsWith(name, kRemovedPrefix)) {
      continue;
    }
    KAITO_RETURN_IF_ERROR(RemoveAll(JoinPath(output, name)));
  }
  return absl::OkStatus();
}

}  // namespace kaito::runtime
