#ifndef KAITO_STANDALONE_APISERVER_RESOURCE_ROW_TEXT_H_
#define KAITO_STANDALONE_APISERVER_RESOURCE_ROW_TEXT_H_

// Pieces that rows of several kinds share. For builtin_rows.h.

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"

namespace kaito::apiserver {

using FieldPath = std::initializer_list<absl::string_view>;

std::string Text(const json::Value& object, FieldPath path);
// "<none>" where it is empty.
std::string TextOrNone(const json::Value& object, FieldPath path);
int64_t Number(const json::Value& object, FieldPath path, int64_t absent = 0);
const json::Array& List(const json::Value& object, FieldPath path);
int64_t Size(const json::Value& object, FieldPath path);
std::string Age(const json::Value& object, absl::Time now);

// "a=b,c=d" of a map of strings; "<none>".
std::string LabelsText(const json::Value* labels);
// Of a LabelSelector.
std::string SelectorText(const json::Value* selector);
// Names and images of spec.containers, joined by commas.
std::string ContainerNames(const json::Value* pod_spec);
std::string ContainerImages(const json::Value* pod_spec);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_RESOURCE_ROW_TEXT_H_
