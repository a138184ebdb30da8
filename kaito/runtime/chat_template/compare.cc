#include "kaito/runtime/chat_template/compare.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/text_ops.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

// Below 0, 0, above; nullopt for NaN.
std::optional<int> CompareNumbers(const Value& a, const Value& b) {
  if (a.is_float() && b.is_float()) {
    if (a.real() < b.real()) return -1;
    if (a.real() > b.real()) return 1;
    if (a.real() == b.real()) return 0;
    return std::nullopt;
  }
  if (a.is_float() || b.is_float()) {
    const int sign = a.is_float() ? CompareIntFloat(b.integer(), a.real())
                                  : CompareIntFloat(a.integer(), b.real());
    if (sign == 2) return std::nullopt;
    return a.is_float() ? -sign : sign;
  }
  return a.integer() < b.integer() ? -1 : a.integer() > b.integer();
}

// Python looks at identity first: a value is found equal to itself inside a
// container without a look at what it contains.
bool SameOrEqual(Run& run, const Value& a, const Value& b) {
  const bool container = a.is_list() || a.is_tuple() || a.is_dict();
  if (container && a.kind() == b.kind() && a.address() == b.address()) {
    return true;
  }
  return Equal(run, a, b);
}

bool EqualSequences(Run& run, const Sequence& a, const Sequence& b) {
  if (a.size != b.size) return false;
  for (int64_t i = 0; i < a.size; ++i) {
    if (!SameOrEqual(run, a.items[i], b.items[i])) return false;
  }
  return true;
}

bool EqualDicts(Run& run, const Dict& a, const Dict& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [key, value] : a.entries()) {
    const Value* const other = b.Find(key);
    if (other == nullptr || !SameOrEqual(run, value, *other)) return false;
  }
  return true;
}

bool EqualContainers(Run& run, const Value& a, const Value& b) {
  const Nested nested(run);
  if (!nested.ok()) return false;
  if (a.is_dict()) return EqualDicts(run, a.dict(), b.dict());
  return EqualSequences(run, a.sequence(), b.sequence());
}

bool EqualRanges(const Range& a, const Range& b) {
  if (a.size != b.size) return false;
  if (a.size == 0) return true;
  return a.start == b.start && (a.size == 1 || a.step == b.step);
}

bool Ordered(const Value& a, const Value& b) {
  if (a.is_number()) return b.is_number();
  if (a.is_string()) return b.is_string();
  return (a.is_list() || a.is_tuple()) && a.kind() == b.kind();
}

bool FailOrder(Run& run, const Value& a, const Value& b) {
  if (a.is_undefined()) {
    run.FailUndefined(a);
  } else if (b.is_undefined()) {
    run.FailUndefined(b);
  } else {
    run.Fail(absl::StrCat("values of types ", TypeName(a), " and ", TypeName(b),
                          " have no order"));
  }
  return false;
}

bool CompareOrder(Run& run, const Value& a, const Value& b, bool or_equal);

bool OrderSequences(Run& run, const Sequence& a, const Sequence& b,
                    bool or_equal) {
  const Nested nested(run);
  if (!nested.ok()) return false;
  const int64_t both = std::min(a.size, b.size);
  for (int64_t i = 0; i < both; ++i) {
    if (SameOrEqual(run, a.items[i], b.items[i])) continue;
    if (run.failed()) return false;
    return CompareOrder(run, a.items[i], b.items[i], or_equal);
  }
  return or_equal ? a.size <= b.size : a.size < b.size;
}

bool CompareOrder(Run& run, const Value& a, const Value& b, bool or_equal) {
  if (!run.Work(1)) return false;
  if (!Ordered(a, b)) return FailOrder(run, a, b);
  if (a.is_number()) {
    const std::optional<int> sign = CompareNumbers(a, b);
    return sign.has_value() && (or_equal ? *sign <= 0 : *sign < 0);
  }
  if (a.is_string()) {
    // Bytes of UTF-8 have the order of their code points.
    return or_equal ? a.text() <= b.text() : a.text() < b.text();
  }
  return OrderSequences(run, a.sequence(), b.sequence(), or_equal);
}

}  // namespace

bool Equal(Run& run, const Value& a, const Value& b) {
  if (a.is_string() && b.is_string()) return a.text() == b.text();
  if (!run.Work(1)) return false;
  if (a.is_number() && b.is_number()) return CompareNumbers(a, b) == 0;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kUndefined:
    case Kind::kNone:
    case Kind::kSelf:
      return true;
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kDict:
      return EqualContainers(run, a, b);
    case Kind::kRange:
      return EqualRanges(a.range(), b.range());
    default:
      return a.address() == b.address();
  }
}

bool Less(Run& run, const Value& a, const Value& b) {
  return CompareOrder(run, a, b, /*or_equal=*/false);
}

bool LessOrEqual(Run& run, const Value& a, const Value& b) {
  return CompareOrder(run, a, b, /*or_equal=*/true);
}

bool Contains(Run& run, const Value& container, const Value& item) {
  if (container.is_string()) {
    if (!item.is_string()) {
      run.Fail(absl::StrCat("'in' of a text wants a str on its left, got ",
                            TypeName(item)));
      return false;
    }
    return run.WorkOnText(container.text().size()) &&
           FindText(container.text(), item.text()) != absl::string_view::npos;
  }
  if (container.is_dict()) {
    if (!IsHashable(item)) {
      run.Fail(
          absl::StrCat("a value of type ", TypeName(item), " can't be a key"));
      return false;
    }
    return container.dict().Find(item) != nullptr;
  }
  Cursor cursor(run, container);
  for (Value other; cursor.Next(&other);) {
    if (SameOrEqual(run, other, item)) return true;
    if (run.failed()) return false;
  }
  return false;
}

std::vector<int64_t> SortedPlaces(Run& run, const std::vector<Value>& keys,
                                  bool reverse) {
  // Our own merge sort: what the library's does when the order breaks off in
  // the middle, as it does after a failure, isn't defined.
  const int64_t n = static_cast<int64_t>(keys.size());
  std::vector<int64_t> places(n);
  std::iota(places.begin(), places.end(), 0);
  std::vector<int64_t> merged(n);
  const auto after = [&](int64_t a, int64_t b) {
    return reverse ? Less(run, keys[a], keys[b]) : Less(run, keys[b], keys[a]);
  };
  for (int64_t width = 1; width < n && !run.failed(); width *= 2) {
    for (int64_t begin = 0; begin < n; begin += 2 * width) {
      const int64_t middle = std::min(begin + width, n);
      const int64_t end = std::min(begin + 2 * width, n);
      int64_t left = begin;
      int64_t right = middle;
      for (int64_t to = begin; to < end; ++to) {
        const bool take_right =
            left == middle ||
            (right < end && after(places[left], places[right]));
        merged[to] = take_right ? places[right++] : places[left++];
      }
    }
    std::swap(places, merged);
  }
  return places;
}

}  // namespace kaito::runtime::jinja
