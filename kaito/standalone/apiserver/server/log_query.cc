#include "kaito/standalone/apiserver/server/log_query.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/meta/time.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/url/percent_encoding.h"
#include "kaito/standalone/apiserver/rest/verbs.h"
#include "kaito/standalone/apiserver/server/pod_logs.h"

namespace kaito::apiserver {
namespace {

absl::Status BadRequest(absl::string_view message) {
  return api::ToStatus(api::MakeApiStatus(400, message));
}

absl::StatusOr<std::optional<int64_t>> NumberOf(
    const QueryParameters& parameters, absl::string_view name) {
  const std::string* text = FindParameter(parameters, name);
  if (text == nullptr) return std::optional<int64_t>();
  int64_t number = 0;
  if (!absl::SimpleAtoi(*text, &number) || number < 0) {
    return BadRequest(absl::StrCat(name, ": want a whole number from 0 on"));
  }
  return std::optional<int64_t>(number);
}

bool FlagOf(const QueryParameters& parameters, absl::string_view name) {
  const std::string* text = FindParameter(parameters, name);
  return text != nullptr && (*text == "true" || *text == "1");
}

std::vector<std::string> ContainersOf(const json::Value& pod) {
  std::vector<std::string> names;
  for (const char* list : {"containers", "initContainers"}) {
    const json::Value* items = pod.FindPath({"spec", list});
    if (items == nullptr || !items->is_array()) continue;
    for (const json::Value& item : *items->array()) {
      names.emplace_back(item.StringAt({"name"}));
    }
  }
  return names;
}

absl::StatusOr<std::string> ContainerOf(const json::Value& pod,
                                        const QueryParameters& parameters,
                                        absl::string_view pod_name) {
  const std::vector<std::string> names = ContainersOf(pod);
  const std::string* asked = FindParameter(parameters, "container");
  if (asked == nullptr || asked->empty()) {
    if (names.size() == 1) return names[0];
    return BadRequest(
        absl::StrCat("a container name must be specified for pod ", pod_name,
                     ", choose one of: [", absl::StrJoin(names, " "), "]"));
  }
  if (std::find(names.begin(), names.end(), *asked) == names.end()) {
    return BadRequest(
        absl::StrCat("container ", *asked, " is not valid for pod ", pod_name));
  }
  return *asked;
}

}  // namespace

absl::StatusOr<PodLogQuery> ReadLogQuery(const Call& call,
                                         const QueryParameters& parameters,
                                         Verbs& verbs, absl::Time now) {
  Call pod_call = call;
  pod_call.info.subresource.clear();
  KAITO_ASSIGN_OR_RETURN(const Answer answer, verbs.Get(pod_call));
  PodLogQuery query = {
      .ns = call.info.ns,
      .pod = call.info.name,
      .uid = std::string(answer.object.StringAt({"metadata", "uid"})),
      .follow = FlagOf(parameters, "follow"),
      .previous = FlagOf(parameters, "previous"),
      .timestamps = FlagOf(parameters, "timestamps")};
  KAITO_ASSIGN_OR_RETURN(query.tail_lines, NumberOf(parameters, "tailLines"));
  KAITO_ASSIGN_OR_RETURN(query.limit_bytes, NumberOf(parameters, "limitBytes"));
  KAITO_ASSIGN_OR_RETURN(const std::optional<int64_t> seconds,
                         NumberOf(parameters, "sinceSeconds"));
  if (seconds.has_value()) query.since = now - absl::Seconds(*seconds);
  if (const std::string* text = FindParameter(parameters, "sinceTime")) {
    const absl::StatusOr<absl::Time> since = api::ParseTimestamp(*text);
    if (!since.ok()) return BadRequest(since.status().message());
    query.since = *since;
  }
  KAITO_ASSIGN_OR_RETURN(query.container,
                         ContainerOf(answer.object, parameters, query.pod));
  return query;
}

}  // namespace kaito::apiserver
