#include "kaito/standalone/apiserver/rest/render.h"

#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/builtin_rows.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"

namespace kaito::apiserver {
namespace {

// One element of Accept; nullopt where it is not served.
std::optional<Form> FormOf(absl::string_view element) {
  Form form;
  bool first = true;
  for (absl::string_view part : absl::StrSplit(element, ';')) {
    part = absl::StripAsciiWhitespace(part);
    if (first) {
      first = false;
      form.yaml = part == "application/yaml";
      if (!form.yaml && part != "application/json" && part != "*/*" &&
          part != "application/*") {
        return std::nullopt;
      }
      continue;
    }
    if (absl::ConsumePrefix(&part, "as=")) {
      if (part == "Table") {
        form.kind = Form::Kind::kTable;
      } else if (absl::StartsWith(part, "PartialObjectMetadata")) {
        form.kind = Form::Kind::kMetadata;
      } else {
        return std::nullopt;
      }
    } else if (absl::ConsumePrefix(&part, "v=")) {
      form.meta_version = std::string(part);
    } else if (part == "stream=watch") {
      continue;
    }
  }
  if (form.kind != Form::Kind::kObject &&
      (form.yaml ||
       (form.meta_version != "v1" && form.meta_version != "v1beta1"))) {
    return std::nullopt;
  }
  return form;
}

}  // namespace

std::optional<Form> NegotiateForm(absl::string_view accept) {
  if (absl::StripAsciiWhitespace(accept).empty()) return Form();
  for (const absl::string_view element : absl::StrSplit(accept, ',')) {
    if (std::optional<Form> form = FormOf(element)) return form;
  }
  return std::nullopt;
}

json::Value TableColumns(const ResourceDefinition& resource) {
  json::Array columns;
  for (const TableColumn& column :
       resource.columns.empty() ? BuiltinTable("").columns : resource.columns) {
    columns.push_back(json::Object{{"name", column.name},
                                   {"type", column.type},
                                   {"format", column.format},
                                   {"description", column.description},
                                   {"priority", column.priority}});
  }
  return columns;
}

json::Value MetadataOnly(const Form& form, const json::Value& object) {
  json::Value partial = json::Object{
      {"kind", "PartialObjectMetadata"},
      {"apiVersion", absl::StrCat("meta.k8s.io/", form.meta_version)}};
  if (const json::Value* metadata = object.Find("metadata")) {
    partial["metadata"] = *metadata;
  }
  return partial;
}

json::Value TableRow(const ResourceDefinition& resource, const Form& form,
                     absl::string_view include_object,
                     const json::Value& object, absl::Time now) {
  json::Value row;
  if (resource.to_storage != nullptr) {
    // Rows know the stored shape.
    json::Value stored = object;
    resource.to_storage(stored);
    row["cells"] = resource.print_row(stored, now);
  } else {
    row["cells"] = resource.print_row != nullptr
                       ? resource.print_row(object, now)
                       : BuiltinTable("").row(object, now);
  }
  if (include_object == "Object") {
    row["object"] = object;
  } else if (include_object != "None") {
    row["object"] = MetadataOnly(form, object);
  }
  return row;
}

json::Value Render(const ResourceDefinition& resource, const Form& form,
                   absl::string_view include_object, const json::Value& object,
                   absl::Time now) {
  switch (form.kind) {
    case Form::Kind::kObject:
      return object;
    case Form::Kind::kMetadata:
      return MetadataOnly(form, object);
    case Form::Kind::kTable:
      break;
  }
  return json::Object{
      {"kind", "Table"},
      {"apiVersion", absl::StrCat("meta.k8s.io/", form.meta_version)},
      {"metadata",
       json::Object{{"resourceVersion",
                     object.StringAt({"metadata", "resourceVersion"})}}},
      {"columnDefinitions", TableColumns(resource)},
      {"rows",
       json::Array{TableRow(resource, form, include_object, object, now)}}};
}

}  // namespace kaito::apiserver
