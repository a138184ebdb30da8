#include "kaito/api/schema/type.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/schema/decode_context.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

StructType::StructType(std::string doc, std::vector<Field> fields)
    : doc_(std::move(doc)), fields_(std::move(fields)) {}

StructType& StructType::KeepOthers(std::function<json::Object*(void*)> get) {
  others_ = std::move(get);
  return *this;
}

StructType& StructType::Rule(absl::string_view rule,
                             absl::string_view message) {
  rules_.push_back({std::string(rule), std::string(message)});
  return *this;
}

const Field* StructType::FindField(absl::string_view name) const {
  for (const Field& field : fields_) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

void StructType::Decode(const json::Value& value, void* out,
                        DecodeContext& context) const {
  if (value.is_null()) return;
  const json::Object* object = value.object();
  if (object == nullptr) {
    context.WrongType("object", value);
    return;
  }
  for (const json::Member& member : *object) {
    const DecodeContext::Step step(context, member.name);
    if (const Field* field = FindField(member.name)) {
      field->type->Decode(member.value, field->get(out), context);
    } else if (others_ != nullptr) {
      (*others_(out))[member.name] = member.value;
    } else {
      std::vector<absl::string_view> known;
      for (const Field& other : fields_) known.push_back(other.name);
      context.Unknown(known);
    }
  }
}

json::Value StructType::Encode(const void* in) const {
  // The accessors serve reading and writing; nothing is written here.
  void* const object = const_cast<void*>(in);
  json::Object out;
  if (others_ != nullptr) out = *others_(object);
  for (const Field& field : fields_) {
    const void* member = field.get(object);
    if (!field.always && field.type->IsEmpty(member)) continue;
    out[field.name] = field.type->Encode(member);
  }
  return out;
}

}  // namespace kaito::api
