#include "kaito/runtime/chat_template/value.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/arena.h"

namespace kaito::runtime::jinja {
namespace {

// Up to here a scan over neighbouring keys beats hashing; messages have two to
// five keys.
constexpr int64_t kLinearEntries = 8;

// Tuples are the only nesting that can be a key. A template can share one tuple
// so often that a walk over it never ends; one with more items than this counts
// as unhashable.
constexpr int kMaxKeyItems = 1000;

constexpr double kTwoTo63 = 9223372036854775808.0;

bool IsHashableWithin(const Value& value, int& budget) {
  if (--budget < 0) return false;
  switch (value.kind()) {
    case Kind::kList:
    case Kind::kDict:
    case Kind::kDictView:
      return false;
    case Kind::kTuple:
      return std::ranges::all_of(value.sequence().span(),
                                 [&budget](const Value& item) {
                                   return IsHashableWithin(item, budget);
                                 });
    default:
      return true;
  }
}

size_t Hash(const Value& value) {
  switch (value.kind()) {
    case Kind::kNone:
    case Kind::kUndefined:  // All of them are one key, as in jinja2.
    case Kind::kSelf:
      return absl::HashOf(static_cast<int>(value.kind()));
    case Kind::kBool:
    case Kind::kInt:
      return absl::HashOf(value.integer());
    case Kind::kFloat: {
      const double d = value.real();
      if (d == std::floor(d) && d >= -kTwoTo63 && d < kTwoTo63) {
        return absl::HashOf(static_cast<int64_t>(d));
      }
      return absl::HashOf(d);
    }
    case Kind::kString:
      return absl::HashOf(value.text());
    case Kind::kTuple: {
      size_t hash = 7;
      for (const Value& item : value.sequence().span()) {
        hash = absl::HashOf(hash, Hash(item));
      }
      return hash;
    }
    default:
      return absl::HashOf(value.address());
  }
}

Value* CopyItems(Arena& arena, std::span<const Value> items) {
  Value* const to = arena.NewArray<Value>(items.size());
  std::copy(items.begin(), items.end(), to);
  return to;
}

}  // namespace

int CompareIntFloat(int64_t a, double b) {
  if (std::isnan(b)) return 2;
  if (b >= kTwoTo63) return -1;
  if (b < -kTwoTo63) return 1;
  const double whole = std::floor(b);
  const int64_t n = static_cast<int64_t>(whole);
  if (a != n) return a < n ? -1 : 1;
  return b > whole ? -1 : 0;
}

bool IsHashable(const Value& value) {
  int budget = kMaxKeyItems;
  return IsHashableWithin(value, budget);
}

bool KeysEqual(const Value& a, const Value& b) {
  if (a.is_string() || b.is_string()) {
    return a.kind() == b.kind() && a.text() == b.text();
  }
  if (a.is_number() && b.is_number()) {
    if (a.is_float()) {
      if (b.is_float()) return a.real() == b.real();
      return CompareIntFloat(b.integer(), a.real()) == 0;
    }
    if (b.is_float()) return CompareIntFloat(a.integer(), b.real()) == 0;
    return a.integer() == b.integer();
  }
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kNone:
    case Kind::kUndefined:
    case Kind::kSelf:
      return true;
    case Kind::kTuple:
      return std::ranges::equal(a.sequence().span(), b.sequence().span(),
                                KeysEqual);
    default:
      return a.address() == b.address();
  }
}

int64_t Dict::FindIndex(const Value& key) const {
  if (slots_ == nullptr) {
    for (int64_t i = 0; i < size_; ++i) {
      if (KeysEqual(entries_[i].key, key)) return i;
    }
    return -1;
  }
  int64_t slot = static_cast<int64_t>(Hash(key)) & slot_mask_;
  for (; slots_[slot] != 0; slot = (slot + 1) & slot_mask_) {
    if (KeysEqual(entries_[slots_[slot] - 1].key, key)) return slots_[slot] - 1;
  }
  return -1;
}

const Value* Dict::Find(const Value& key) const {
  const int64_t i = FindIndex(key);
  return i < 0 ? nullptr : &entries_[i].value;
}

const Value* Dict::Find(absl::string_view key) const {
  if (slots_ != nullptr) return Find(Value::String(key));
  for (int64_t i = 0; i < size_; ++i) {
    const Value& k = entries_[i].key;
    if (k.is_string() && k.text() == key) return &entries_[i].value;
  }
  return nullptr;
}

void Dict::Index(int64_t entry) {
  int64_t slot = static_cast<int64_t>(Hash(entries_[entry].key)) & slot_mask_;
  while (slots_[slot] != 0) slot = (slot + 1) & slot_mask_;
  slots_[slot] = static_cast<uint32_t>(entry + 1);
}

void Dict::Grow(Arena& arena) {
  capacity_ = std::max<int64_t>(4, capacity_ * 2);
  Entry* const entries = arena.NewArray<Entry>(capacity_);
  std::copy(entries_, entries_ + size_, entries);
  entries_ = entries;
  if (capacity_ <= kLinearEntries) return;
  int64_t slots = 16;
  while (slots < capacity_ * 2) slots *= 2;
  slot_mask_ = slots - 1;
  slots_ = arena.NewArray<uint32_t>(slots);
  std::memset(slots_, 0, slots * sizeof(uint32_t));
  for (int64_t i = 0; i < size_; ++i) Index(i);
}

void Dict::Set(Arena& arena, const Value& key, const Value& value) {
  if (const int64_t i = FindIndex(key); i >= 0) {
    entries_[i].value = value;
    return;
  }
  if (size_ == capacity_) Grow(arena);
  entries_[size_] = {key, value};
  ++size_;
  if (slots_ != nullptr) Index(size_ - 1);
}

Dict* NewDict(Arena& arena, int64_t capacity) {
  Dict* const dict = arena.New<Dict>();
  if (capacity > 0 && capacity <= kLinearEntries) {
    dict->capacity_ = capacity;
    dict->entries_ = arena.NewArray<Dict::Entry>(capacity);
  }
  return dict;
}

Value ListOf(Arena& arena, const Value* items, int64_t size) {
  return Value::List(arena.New<Sequence>(items, size));
}

Value TupleOf(Arena& arena, const Value* items, int64_t size) {
  return Value::Tuple(arena.New<Sequence>(items, size));
}

Value NewList(Arena& arena, std::span<const Value> items) {
  return ListOf(arena, CopyItems(arena, items), items.size());
}

Value NewList(Arena& arena, std::initializer_list<Value> items) {
  return NewList(arena, std::span<const Value>(items.begin(), items.size()));
}

Value NewTuple(Arena& arena, std::span<const Value> items) {
  return TupleOf(arena, CopyItems(arena, items), items.size());
}

Value IteratorOf(Arena& arena, const Value* items, int64_t size,
                 const char* type_name) {
  return Value::Of(arena.New<Iterator>(items, size, 0, type_name));
}

Value NewUndefined(Arena& arena, absl::string_view hint) {
  auto* const origin = arena.New<UndefinedOrigin>();
  origin->hint = hint;
  return Value::Undefined(origin);
}

Value CopyString(Arena& arena, absl::string_view text, bool markup) {
  return Value::String(arena.Copy(text), markup);
}

absl::string_view TypeName(const Value& value) {
  switch (value.kind()) {
    case Kind::kMissing:
    case Kind::kFailed:
    case Kind::kUndefined:
      return "Undefined";
    case Kind::kNone:
      return "NoneType";
    case Kind::kBool:
      return "bool";
    case Kind::kInt:
      return "int";
    case Kind::kFloat:
      return "float";
    case Kind::kString:
      return value.markup() ? "Markup" : "str";
    case Kind::kList:
      return "list";
    case Kind::kTuple:
      return "tuple";
    case Kind::kDict:
      return "dict";
    case Kind::kDictView:
      switch (value.view().which) {
        case DictView::kKeys:
          return "dict_keys";
        case DictView::kValues:
          return "dict_values";
        case DictView::kItems:
          return "dict_items";
      }
      return "dict_view";
    case Kind::kIterator:
      return value.iterator().type_name;
    case Kind::kRange:
      return "range";
    case Kind::kNamespace:
      return "Namespace";
    case Kind::kMacro:
      return "Macro";
    case Kind::kMethod:
      return "builtin_function_or_method";
    case Kind::kFunction:
      return "function";
    case Kind::kLoop:
      return "LoopContext";
    case Kind::kCycler:
      return "Cycler";
    case Kind::kJoiner:
      return "Joiner";
    case Kind::kBlock:
      return "BlockReference";
    case Kind::kSelf:
      return "TemplateReference";
  }
  return "object";
}

}  // namespace kaito::runtime::jinja
