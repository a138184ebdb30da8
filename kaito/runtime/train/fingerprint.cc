#include "kaito/runtime/train/fingerprint.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/memory_map.h"
#include "kaito/base/file/path.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/train/recipe.h"

namespace kaito::runtime {
namespace {

constexpr int64_t kMaxEntries = 100000;
// A second of hashing.
constexpr size_t kWholeBytes = size_t{512} << 20;
constexpr size_t kStride = size_t{64} << 20;
constexpr size_t kSample = size_t{1} << 20;

// Whether all of it was taken.
bool UpdateWith(absl::string_view content, Sha256& digest) {
  if (content.size() <= kWholeBytes) {
    digest.Update(content);
    return true;
  }
  for (size_t at = 0; at < content.size(); at += kStride) {
    digest.Update(content.substr(at, kSample));
  }
  digest.Update(content.substr(content.size() - kSample));
  return false;
}

// A number of any size, with all its digits.
json::Value Exact(double value) { return value; }

}  // namespace

std::string RowsDigest(std::span<const EncodedRow> rows) {
  Sha256 digest;
  for (const EncodedRow& row : rows) {
    std::string text = absl::StrCat(row.ids.size(), ":");
    text.append(reinterpret_cast<const char*>(row.ids.data()),
                row.ids.size() * sizeof(row.ids[0]));
    for (const bool trained : row.trained) text += trained ? '1' : '0';
    digest.Update(text);
  }
  return absl::StrCat("sha256:", digest.Hex());
}

absl::StatusOr<std::string> ModelDigest(absl::string_view directory) {
  KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                         ListDir(directory, kMaxEntries));
  Sha256 digest;
  bool whole = true;
  for (const std::string& name : names) {
    if (name != "config.json" && !absl::EndsWith(name, ".safetensors")) {
      continue;
    }
    KAITO_ASSIGN_OR_RETURN(const MemoryMap map,
                           MemoryMap::Open(JoinPath(directory, name)));
    digest.Update(absl::StrCat(name, ":", map.size(), "\n"));
    whole &= UpdateWith(map.text(), digest);
  }
  return absl::StrCat(whole ? "sha256:" : "sampled-sha256:", digest.Hex());
}

std::string Fingerprint(const Recipe& recipe, const AdapterConfig& adapter,
                        absl::string_view model_digest,
                        absl::string_view rows_digest, int64_t total_steps) {
  AdapterConfig config = adapter;
  config.base_model.clear();  // Where it lies does not matter.
  const BatchOptions& batches = recipe.data.batches;
  const json::Value all = json::Object{
      {"adapter", FormatAdapterConfig(config)},
      {"model", model_digest},
      {"rows", rows_digest},
      {"nf4", recipe.model.nf4},
      {"seed", static_cast<int64_t>(recipe.seed)},
      {"steps", total_steps},
      {"order", json::Object{{"rows", batches.rows_per_batch},
                             {"accumulation", batches.accumulation},
                             {"shuffle", batches.shuffle},
                             {"group_by_length", batches.group_by_length},
                             {"seed", static_cast<int64_t>(batches.seed)},
                             {"packing", static_cast<int64_t>(batches.packing)},
                             {"packed_length", batches.packed_length}}},
      {"schedule",
       json::Object{
           {"name", recipe.schedule.name},
           {"arguments", recipe.schedule.arguments},
           {"rate", Exact(recipe.schedule.rate)},
           {"warmup", Exact(recipe.schedule.warmup_steps)},
           {"ratio", Exact(recipe.schedule.warmup_ratio.value_or(0))}}},
      {"optimizer",
       json::Object{{"beta1", Exact(recipe.optimizer.beta1)},
                    {"beta2", Exact(recipe.optimizer.beta2)},
                    {"epsilon", Exact(recipe.optimizer.epsilon)},
                    {"weight_decay", Exact(recipe.optimizer.weight_decay)},
                    {"max_grad_norm", Exact(recipe.optimizer.max_grad_norm)}}},
  };
  return absl::StrCat("sha256:", Sha256Hex(json::Write(all)));
}

}  // namespace kaito::runtime
