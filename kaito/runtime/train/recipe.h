#ifndef KAITO_RUNTIME_TRAIN_RECIPE_H_
#define KAITO_RUNTIME_TRAIN_RECIPE_H_

// Recipe: all that a tuning run does, decided. Made from training_config.yaml
// and the flags, which win; every key of the file is used, has no effect here,
// or is refused by name. Pure.
//
//   KAITO_ASSIGN_OR_RETURN(const Recipe recipe,
//                          MakeRecipe(document, overrides));
//   for (const std::string& note : recipe.notes) Say(note);

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/base/json/value.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/dataset/data_settings.h"
#include "kaito/runtime/train/optimizer.h"

namespace kaito::runtime {

// What flags and environment say; nothing said: nullopt or empty.
struct RecipeOverrides {
  std::string model;
  std::vector<std::string> data;
  std::string output;
  std::string resume;
  std::string target_modules;  // $DEFAULT_TARGET_MODULES: names with commas.
  std::optional<int64_t> max_steps;
  std::optional<int64_t> seed;
  bool kaito_compat = false;
};

enum class SaveStrategy : uint8_t { kNo, kSteps, kEpoch };

struct ModelRecipe {
  std::string directory;
  bool nf4 = false;           // Plain weights are quantised when loaded.
  std::string chat_template;  // Text, or a file's path; empty: the model's.
};

struct AdapterRecipe {
  // Without targets: what is usual for the model (DefaultTargets()).
  AdapterConfig config;
  bool strict_targets = false;  // A target that the model lacks is an error.
  bool alias_fused = false;     // q_proj means qkv_proj where that is fused.
  bool store_bf16 = false;
};

struct ScheduleRecipe {
  std::string name = "linear";
  json::Object arguments;
  double rate = 2e-5;
  double warmup_steps = 0;  // Below 1: a share.
  std::optional<double> warmup_ratio;
};

struct SaveRecipe {
  SaveStrategy strategy = SaveStrategy::kNo;
  double every = 500;     // Steps; below 1: a share of all.
  int64_t keep = 0;       // 0: all.
  double log_every = 10;  // As `every`.
};

struct Recipe {
  ModelRecipe model;
  AdapterRecipe adapter;
  DataSettings data;
  std::vector<std::string> data_paths;  // Files or directories.
  ScheduleRecipe schedule;
  OptimizerOptions optimizer;
  SaveRecipe save;
  uint64_t seed = 42;  // Of the adapter's first values and of dropout.
  std::string output;
  std::string resume;  // "auto", "never" or a checkpoint's path.
  // For the user: what the file asks for and is done otherwise.
  std::vector<std::string> notes;
};

// `document` is the file's; null where there is none. InvalidArgument with the
// key.
absl::StatusOr<Recipe> MakeRecipe(const json::Value& document,
                                  const RecipeOverrides& overrides);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_RECIPE_H_
