#include "kaito/operator/plan/covers.h"

#include <cstddef>

#include "kaito/base/json/value.h"

namespace kaito::controller {

// Depth is bounded by what was rendered.
bool Covers(const json::Value& live, const json::Value& wanted) {
  if (const json::Object* members = wanted.object()) {
    if (live.object() == nullptr) return members->empty() && live.is_null();
    for (const json::Member& member : *members) {
      const json::Value* there = live.Find(member.name);
      if (there == nullptr || !Covers(*there, member.value)) return false;
    }
    return true;
  }
  if (const json::Array* items = wanted.array()) {
    const json::Array* there = live.array();
    if (there == nullptr || there->size() != items->size()) return false;
    for (size_t i = 0; i < items->size(); ++i) {
      if (!Covers((*there)[i], (*items)[i])) return false;
    }
    return true;
  }
  return live == wanted;
}

}  // namespace kaito::controller
