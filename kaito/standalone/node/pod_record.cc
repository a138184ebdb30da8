#include "kaito/standalone/node/pod_record.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::standalone {
namespace {

using State = ContainerRecord::State;

json::Value Encode(const Termination& end) {
  return json::Object{
      {"exitCode", end.exit_code},
      {"signal", end.signal},
      {"reason", end.reason},
      {"message", end.message},
      {"startedAtMicros", absl::ToUnixMicros(end.started_at)},
      {"finishedAtMicros", absl::ToUnixMicros(end.finished_at)},
      {"attempt", end.attempt},
  };
}

json::Value Encode(const std::vector<ContainerRecord>& records) {
  json::Array all;
  for (const ContainerRecord& record : records) {
    json::Value value = json::Object{
        {"name", record.name},
        {"state", static_cast<int>(record.state)},
        {"attempt", record.attempt},
        {"restartCount", int64_t{record.restart_count}},
        {"failures", record.failures},
        {"startedAtMicros", absl::ToUnixMicros(record.started_at)},
        {"interrupted", record.interrupted},
    };
    if (record.last) value["last"] = Encode(*record.last);
    if (record.previous) value["previous"] = Encode(*record.previous);
    all.push_back(std::move(value));
  }
  return all;
}

// This program wrote the file: what is missing or odd is 0.
int64_t IntegerAt(const json::Value& value, absl::string_view name) {
  const json::Value* member = value.Find(name);
  return member == nullptr ? 0 : member->integer().value_or(0);
}

absl::Time TimeAt(const json::Value& value, absl::string_view name) {
  return absl::FromUnixMicros(IntegerAt(value, name));
}

bool BoolAt(const json::Value& value, absl::string_view name) {
  const json::Value* member = value.Find(name);
  return member != nullptr && member->boolean().value_or(false);
}

Termination DecodeTermination(const json::Value& value) {
  return {.exit_code = static_cast<int>(IntegerAt(value, "exitCode")),
          .signal = static_cast<int>(IntegerAt(value, "signal")),
          .reason = std::string(value.StringAt({"reason"})),
          .message = std::string(value.StringAt({"message"})),
          .started_at = TimeAt(value, "startedAtMicros"),
          .finished_at = TimeAt(value, "finishedAtMicros"),
          .attempt = IntegerAt(value, "attempt")};
}

std::vector<ContainerRecord> DecodeContainers(const json::Value* value) {
  std::vector<ContainerRecord> records;
  if (value == nullptr || value->array() == nullptr) return records;
  for (const json::Value& item : *value->array()) {
    ContainerRecord record;
    record.name = std::string(item.StringAt({"name"}));
    const int64_t state = IntegerAt(item, "state");
    record.state = state == 1   ? State::kRunning
                   : state == 2 ? State::kExited
                                : State::kWaiting;
    record.attempt = IntegerAt(item, "attempt");
    record.restart_count =
        static_cast<int32_t>(IntegerAt(item, "restartCount"));
    record.failures = IntegerAt(item, "failures");
    record.started_at = TimeAt(item, "startedAtMicros");
    record.interrupted = BoolAt(item, "interrupted");
    if (const json::Value* last = item.Find("last")) {
      record.last = DecodeTermination(*last);
    }
    if (const json::Value* previous = item.Find("previous")) {
      record.previous = DecodeTermination(*previous);
    }
    records.push_back(std::move(record));
  }
  return records;
}

std::vector<ContainerRecord> NewRecords(
    const std::vector<api::Container>& containers) {
  std::vector<ContainerRecord> records(containers.size());
  for (size_t i = 0; i < containers.size(); ++i) {
    records[i].name = containers[i].name;
  }
  return records;
}

bool SameNames(const std::vector<ContainerRecord>& records,
               const std::vector<api::Container>& containers) {
  if (records.size() != containers.size()) return false;
  for (size_t i = 0; i < records.size(); ++i) {
    if (records[i].name != containers[i].name) return false;
  }
  return true;
}

}  // namespace

PodRecord NewPodRecord(absl::string_view uid, absl::string_view ns,
                       absl::string_view name, const api::PodSpec& spec) {
  PodRecord record;
  record.uid = std::string(uid);
  record.ns = std::string(ns);
  record.name = std::string(name);
  record.init_containers = NewRecords(spec.init_containers);
  record.containers = NewRecords(spec.containers);
  return record;
}

std::string FormatPodRecord(const PodRecord& record) {
  return json::Write(json::Object{
      {"uid", record.uid},
      {"namespace", record.ns},
      {"name", record.name},
      {"ip", record.ip},
      {"startTimeMicros", absl::ToUnixMicros(record.start_time)},
      {"initialized", record.initialized},
      {"failedReason", record.failed_reason},
      {"failedMessage", record.failed_message},
      {"initContainers", Encode(record.init_containers)},
      {"containers", Encode(record.containers)},
  });
}

absl::StatusOr<PodRecord> ParsePodRecord(absl::string_view text) {
  KAITO_ASSIGN_OR_RETURN(const json::Value value, json::Parse(text));
  PodRecord record;
  record.uid = std::string(value.StringAt({"uid"}));
  if (record.uid.empty()) {
    return absl::InvalidArgumentError("record of a pod: has no uid");
  }
  record.ns = std::string(value.StringAt({"namespace"}));
  record.name = std::string(value.StringAt({"name"}));
  record.ip = std::string(value.StringAt({"ip"}));
  record.start_time = TimeAt(value, "startTimeMicros");
  record.initialized = BoolAt(value, "initialized");
  record.failed_reason = std::string(value.StringAt({"failedReason"}));
  record.failed_message = std::string(value.StringAt({"failedMessage"}));
  record.init_containers = DecodeContainers(value.Find("initContainers"));
  record.containers = DecodeContainers(value.Find("containers"));
  return record;
}

bool Fits(const PodRecord& record, const api::PodSpec& spec) {
  return SameNames(record.init_containers, spec.init_containers) &&
         SameNames(record.containers, spec.containers);
}

}  // namespace kaito::standalone
