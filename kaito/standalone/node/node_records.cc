#include "kaito/standalone/node/node_records.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::standalone {
namespace {

constexpr absl::string_view kSuffix = ".json";
// More claims than a machine ever has.
constexpr int64_t kMaxRecords = 10000;
// Labels and taints of one object; the API takes no larger ones.
constexpr int64_t kMaxRecordBytes = 1 << 20;

absl::StatusOr<std::string> PathOf(absl::string_view dir,
                                   absl::string_view claim) {
  // The API server's names are like that; this is against all others.
  if (claim.empty() || claim[0] == '.' || absl::StrContains(claim, '/')) {
    return absl::InvalidArgumentError(
        absl::StrCat("node record: claim \"", claim, "\" is no name"));
  }
  return JoinPath(dir, absl::StrCat(claim, kSuffix));
}

absl::StatusOr<LocalNode> ReadRecord(const std::string& path) {
  KAITO_ASSIGN_OR_RETURN(const std::string text,
                         ReadFile(path, kMaxRecordBytes));
  KAITO_ASSIGN_OR_RETURN(const json::Value value, json::Parse(text));
  LocalNode node = {.name = std::string(value.StringAt({"name"})),
                    .provider_id = std::string(value.StringAt({"providerID"})),
                    .claim = std::string(value.StringAt({"claim"}))};
  std::string error;
  if (node.name.empty() || node.claim.empty() ||
      !absl::ParseTime(absl::RFC3339_full,
                       std::string(value.StringAt({"created"})), &node.created,
                       &error)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": not the record of a node ", error));
  }
  const json::Value* labels = value.Find("labels");
  if (labels != nullptr && labels->object() != nullptr) {
    for (const json::Member& label : *labels->object()) {
      if (label.value.string() != nullptr) {
        node.labels[label.name] = *label.value.string();
      }
    }
  }
  const json::Value* taints = value.Find("taints");
  if (taints != nullptr && taints->array() != nullptr) {
    for (const json::Value& item : *taints->array()) {
      KAITO_ASSIGN_OR_RETURN(api::Taint taint,
                             api::DecodeOrError<api::Taint>(item, path));
      node.taints.push_back(std::move(taint));
    }
  }
  return node;
}

}  // namespace

absl::Status WriteNodeRecord(absl::string_view dir, const LocalNode& node) {
  KAITO_ASSIGN_OR_RETURN(const std::string path, PathOf(dir, node.claim));
  json::Object labels;
  for (const auto& [key, value] : node.labels) labels[key] = value;
  json::Array taints;
  for (const api::Taint& taint : node.taints) {
    taints.push_back(api::Encode(taint));
  }
  const json::Value record = json::Object{
      {"claim", node.claim},
      {"created",
       absl::FormatTime(absl::RFC3339_full, node.created, absl::UTCTimeZone())},
      {"labels", std::move(labels)},
      {"name", node.name},
      {"providerID", node.provider_id},
      {"taints", std::move(taints)}};
  return WriteFileAtomic(path, json::Write(record));
}

absl::Status RemoveNodeRecord(absl::string_view dir, absl::string_view claim) {
  KAITO_ASSIGN_OR_RETURN(const std::string path, PathOf(dir, claim));
  const absl::Status status = RemoveAll(path);
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

absl::StatusOr<std::vector<LocalNode>> ReadNodeRecords(absl::string_view dir) {
  KAITO_ASSIGN_OR_RETURN(std::vector<std::string> names,
                         ListDir(dir, kMaxRecords));
  std::sort(names.begin(), names.end());
  std::vector<LocalNode> nodes;
  for (const std::string& name : names) {
    if (!absl::EndsWith(name, kSuffix)) continue;
    absl::StatusOr<LocalNode> node = ReadRecord(JoinPath(dir, name));
    if (node.ok()) {
      nodes.push_back(*std::move(node));
    } else {
      KAITO_LOG(WARNING, "passed over a node's record",
                {{"file", name}, {"error", node.status()}});
    }
  }
  return nodes;
}

}  // namespace kaito::standalone
