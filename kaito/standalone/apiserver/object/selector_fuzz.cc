// Selectors and column paths come with every request: whatever their text, they
// are refused or they answer.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/object/json_path.h"
#include "kaito/standalone/apiserver/object/selector.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using ::kaito::json::Array;
  using ::kaito::json::Object;
  static const auto* object = new kaito::json::Value(Object{
      {"metadata", Object{{"name", "a"}, {"labels", Object{{"k", "v"}}}}},
      {"items", Array{Object{{"type", "Ready"}, {"status", "True"}}, 3}}});
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto labels = kaito::apiserver::LabelQuery::Parse(text);
      labels.ok()) {
    (void)labels->Matches(*object);
  }
  if (const auto fields = kaito::apiserver::FieldQuery::Parse(
          text, {"spec.nodeName", "status.phase"});
      fields.ok()) {
    (void)fields->Matches(*object);
    (void)fields->Name();
  }
  if (const auto path = kaito::apiserver::JsonPath::Parse(text); path.ok()) {
    (void)path->First(*object);
  }
  return 0;
}
