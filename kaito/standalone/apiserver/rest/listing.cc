#include "kaito/standalone/apiserver/rest/listing.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/encoding/base64.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/object/selector.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/rest/render.h"
#include "kaito/standalone/apiserver/rest/request_info.h"
#include "kaito/standalone/apiserver/rest/stored_form.h"
#include "kaito/standalone/apiserver/rest/verbs.h"
#include "kaito/standalone/apiserver/store/object_key.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {
namespace {

absl::Status BadRequest(absl::string_view message) {
  return api::ToStatus(api::MakeApiStatus(400, message));
}

std::string ContinueToken(int64_t version, const ObjectKey& last) {
  return Base64Encode(json::Write(
      json::Object{{"v", version}, {"ns", last.ns}, {"name", last.name}}));
}

absl::Status ReadContinueToken(absl::string_view token, ListRange& range) {
  const absl::StatusOr<std::string> text = Base64Decode(token);
  const absl::StatusOr<json::Value> value =
      text.ok() ? json::Parse(*text) : text.status();
  const json::Value* version = value.ok() ? value->Find("v") : nullptr;
  if (version == nullptr || !version->is_int()) {
    return BadRequest("invalid continue token: it is not one of this server's");
  }
  range.at_version = *version->integer();
  range.after_ns = std::string(value->StringAt({"ns"}));
  range.after_name = std::string(value->StringAt({"name"}));
  return absl::OkStatus();
}

// The moment that the call asks for.
absl::Status SetMoment(const Call& call, int64_t current, ListRange& range) {
  const RequestOptions& options = call.options;
  if (!options.continue_token.empty()) {
    return ReadContinueToken(options.continue_token, range);
  }
  KAITO_ASSIGN_OR_RETURN(const int64_t version,
                         ParseResourceVersion(options.resource_version));
  if (options.resource_version_match == "Exact") {
    if (version == 0) {
      return BadRequest(
          "resourceVersionMatch \"Exact\" needs a resourceVersion above 0");
    }
    range.at_version = version;
  }
  if (version > current) {
    return api::ToStatus(api::TooLargeResourceVersionStatus());
  }
  return absl::OkStatus();
}

// Puts the items into one text; a Value of all of them would take ten times
// the memory.
class ListWriter {
 public:
  ListWriter(const Call& call, const Form& form, const Selectors& selectors,
             absl::Time now)
      : call_(call), form_(form), selectors_(selectors), now_(now) {}

  // False: the page is full, and this object begins the next one.
  absl::StatusOr<bool> Add(const StoredObject& stored) {
    // By the text: a list by label passes over nearly all of a large fleet.
    KAITO_ASSIGN_OR_RETURN(const bool labeled,
                           selectors_.labels.MatchesText(stored.body));
    if (!labeled) return true;
    std::string item;
    if (selectors_.fields.empty() && form_.kind == Form::Kind::kObject) {
      if (Full()) return false;
      KAITO_ASSIGN_OR_RETURN(item,
                             TextFromStored(*call_.resource, stored.body));
    } else {
      KAITO_ASSIGN_OR_RETURN(json::Value object,
                             FromStored(*call_.resource, stored.body));
      if (!selectors_.fields.Matches(object)) return true;
      if (Full()) return false;
      item = Item(object);
    }
    absl::StrAppend(&items_, count_ == 0 ? "" : ",", item);
    ++count_;
    last_ = stored.key;
    return true;
  }

  std::string Finish(int64_t version, bool more) && {
    json::Object metadata = {{"resourceVersion", absl::StrCat(version)}};
    if (more) metadata["continue"] = ContinueToken(version, last_);
    const std::string meta = json::Write(metadata);
    const ResourceDefinition& resource = *call_.resource;
    switch (form_.kind) {
      case Form::Kind::kObject:
        return absl::StrCat("{\"apiVersion\":\"", resource.api_version(),
                            "\",\"items\":[", items_, "],\"kind\":\"",
                            resource.list_kind, "\",\"metadata\":", meta,
                            "}\n");
      case Form::Kind::kMetadata:
        return absl::StrCat("{\"apiVersion\":\"meta.k8s.io/",
                            form_.meta_version, "\",\"items\":[", items_,
                            "],\"kind\":\"PartialObjectMetadataList\","
                            "\"metadata\":",
                            meta, "}\n");
      case Form::Kind::kTable:
        break;
    }
    return absl::StrCat(
        "{\"apiVersion\":\"meta.k8s.io/", form_.meta_version,
        "\",\"columnDefinitions\":", json::Write(TableColumns(resource)),
        ",\"kind\":\"Table\",\"metadata\":", meta, ",\"rows\":[", items_,
        "]}\n");
  }

 private:
  bool Full() const {
    return call_.options.limit > 0 && count_ >= call_.options.limit;
  }

  std::string Item(const json::Value& object) const {
    switch (form_.kind) {
      case Form::Kind::kObject:
        return json::Write(object);
      case Form::Kind::kMetadata:
        return json::Write(MetadataOnly(form_, object));
      case Form::Kind::kTable:
        break;
    }
    return json::Write(TableRow(*call_.resource, form_,
                                call_.options.include_object, object, now_));
  }

  const Call& call_;
  const Form& form_;
  const Selectors& selectors_;
  const absl::Time now_;
  std::string items_;
  int64_t count_ = 0;
  ObjectKey last_;
};

}  // namespace

absl::StatusOr<int64_t> ParseResourceVersion(absl::string_view text) {
  int64_t version = 0;
  if (!text.empty() && (!absl::SimpleAtoi(text, &version) || version < 0)) {
    return BadRequest(absl::StrCat(
        "resourceVersion: Invalid value: ", api::QuoteForMessage(text),
        ": want a number that a list gave"));
  }
  return version;
}

absl::StatusOr<Selectors> ParseSelectors(const Call& call) {
  Selectors selectors;
  absl::StatusOr<LabelQuery> labels =
      LabelQuery::Parse(call.options.label_selector);
  if (!labels.ok()) return BadRequest(labels.status().message());
  selectors.labels = *std::move(labels);
  absl::StatusOr<FieldQuery> fields = FieldQuery::Parse(
      call.options.field_selector, call.resource->selectable_fields);
  if (!fields.ok()) return BadRequest(fields.status().message());
  selectors.fields = *std::move(fields);
  return selectors;
}

absl::StatusOr<std::string> List(Store& store, const Call& call,
                                 const Form& form, absl::Time now) {
  KAITO_ASSIGN_OR_RETURN(const Selectors selectors, ParseSelectors(call));
  ListWriter writer(call, form, selectors, now);
  int64_t version = 0;
  bool more = false;
  const absl::Status status =
      store.Read([&](Snapshot& snapshot) -> absl::Status {
        KAITO_ASSIGN_OR_RETURN(version, snapshot.Version());
        ListRange range = {.resource = call.resource->storage_resource,
                           .ns = call.info.ns};
        KAITO_RETURN_IF_ERROR(SetMoment(call, version, range));
        if (range.at_version == version) range.at_version = 0;
        if (range.at_version > 0) version = range.at_version;
        absl::Status bad;
        KAITO_RETURN_IF_ERROR(
            snapshot.ForEach(range, [&](const StoredObject& stored) {
              const absl::StatusOr<bool> added = writer.Add(stored);
              bad.Update(added.status());
              more = added.ok() && !*added;
              return bad.ok() && !more;
            }));
        return bad;
      });
  if (absl::IsOutOfRange(status)) {
    return api::ToStatus(api::ExpiredStatus(""));
  }
  KAITO_RETURN_IF_ERROR(status);
  return std::move(writer).Finish(version, more);
}

}  // namespace kaito::apiserver
