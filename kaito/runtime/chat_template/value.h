#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_VALUE_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_VALUE_H_

// What a template computes with: Python's values, as far as Jinja shows them.
// Sixteen bytes that are copied freely; texts and containers live in an Arena
// (or in the template's own text), which must outlive the value. json::Value
// doesn't do here, since it sorts its members and templates print them in the
// order of the document.
//
//   Dict* message = NewDict(arena, 2);
//   message->Set(arena, Value::String("role"), Value::String("user"));
//   message->Set(arena, Value::String("content"), Value::String("Hi"));
//   Value messages = NewList(arena, {Value::Of(message)});
//
// Texts are valid UTF-8. Containers never change once a template sees them
// (transformers uses the immutable sandbox); namespaces do. Not synchronised.

#include <cstdint>
#include <initializer_list>
#include <span>

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/arena.h"

namespace kaito::runtime::jinja {

enum class Kind : uint8_t {
  kMissing,  // A variable that has not been assigned yet; never seen by code.
  kFailed,   // The operation failed; Run holds why.
  kUndefined,
  kNone,
  kBool,
  kInt,
  kFloat,
  kString,
  kList,
  kTuple,
  kDict,
  kDictView,  // d.keys(), d.values(), d.items()
  kIterator,  // Of map, select, reverse ...: can be read once.
  kRange,
  kNamespace,
  kMacro,
  kMethod,    // A method and its object: 'x'.upper
  kFunction,  // range, raise_exception ...
  kLoop,
  kCycler,
  kJoiner,
  kBlock,  // self.name
  kSelf,   // self
};

class Value;
class Dict;
struct Iterator;
struct Sequence;
struct Range;
struct DictView;
struct Namespace;
struct Macro;
struct Method;
struct Function;
struct Loop;
struct Cycler;
struct Joiner;
struct BlockNode;
struct UndefinedOrigin;

class Value {
 public:
  constexpr Value() : kind_(Kind::kNone), integer_(0) {}

  static constexpr Value None() { return Value(); }
  static constexpr Value Missing() { return Value(Kind::kMissing); }
  static constexpr Value Failed() { return Value(Kind::kFailed); }
  static constexpr Value Self() { return Value(Kind::kSelf); }
  static Value Bool(bool b) { return Value(Kind::kBool, int64_t{b}); }
  static Value Int(int64_t n) { return Value(Kind::kInt, n); }
  static Value Float(double d) {
    Value v(Kind::kFloat);
    v.real_ = d;
    return v;
  }
  // Borrows the text, which is below 4 GiB.
  static Value String(absl::string_view text, bool markup = false) {
    Value v(Kind::kString);
    v.flag_ = markup;
    v.size_ = static_cast<uint32_t>(text.size());
    v.text_ = text.data();
    return v;
  }
  static Value List(const Sequence* s) { return Value(Kind::kList, s); }
  // A named tuple is one of groupby's, with .grouper and .list.
  static Value Tuple(const Sequence* s, bool named = false) {
    Value v(Kind::kTuple, s);
    v.flag_ = named;
    return v;
  }
  static Value Of(const Dict* d) { return Value(Kind::kDict, d); }
  static Value Of(const DictView* d) { return Value(Kind::kDictView, d); }
  static Value Of(Iterator* i) { return Value(Kind::kIterator, i); }
  static Value Of(const Range* r) { return Value(Kind::kRange, r); }
  static Value Of(Namespace* n) { return Value(Kind::kNamespace, n); }
  static Value Of(const Macro* m) { return Value(Kind::kMacro, m); }
  static Value Of(const Method* m) { return Value(Kind::kMethod, m); }
  static Value Of(const Function* f) { return Value(Kind::kFunction, f); }
  static Value Of(Loop* l) { return Value(Kind::kLoop, l); }
  static Value Of(Cycler* c) { return Value(Kind::kCycler, c); }
  static Value Of(Joiner* j) { return Value(Kind::kJoiner, j); }
  static Value Of(const BlockNode* b) { return Value(Kind::kBlock, b); }
  static Value Undefined(const UndefinedOrigin* why) {
    return Value(Kind::kUndefined, why);
  }

  Kind kind() const { return kind_; }
  bool failed() const { return kind_ == Kind::kFailed; }
  bool missing() const { return kind_ == Kind::kMissing; }
  bool is_undefined() const { return kind_ == Kind::kUndefined; }
  bool is_none() const { return kind_ == Kind::kNone; }
  bool is_bool() const { return kind_ == Kind::kBool; }
  bool is_int() const { return kind_ == Kind::kInt; }
  bool is_float() const { return kind_ == Kind::kFloat; }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_list() const { return kind_ == Kind::kList; }
  bool is_tuple() const { return kind_ == Kind::kTuple; }
  bool is_dict() const { return kind_ == Kind::kDict; }
  // int or bool: Python's bool is an int.
  bool is_integral() const { return is_int() || is_bool(); }
  bool is_number() const { return is_integral() || is_float(); }

  // Each of these only of a value of the kind.
  bool boolean() const { return integer_ != 0; }
  int64_t integer() const { return integer_; }  // Also of a bool.
  double real() const { return real_; }
  absl::string_view text() const { return {text_, size_}; }
  bool markup() const { return is_string() && flag_; }  // Escaped for HTML.
  bool named() const { return flag_; }
  const Sequence& sequence() const { return *As<Sequence>(); }  // List, tuple.
  const Dict& dict() const { return *As<Dict>(); }
  const DictView& view() const { return *As<DictView>(); }
  Iterator& iterator() const { return *As<Iterator>(); }
  const Range& range() const { return *As<Range>(); }
  Namespace& ns() const { return *As<Namespace>(); }
  const Macro& macro() const { return *As<Macro>(); }
  const Method& method() const { return *As<Method>(); }
  const Function& function() const { return *As<Function>(); }
  Loop& loop() const { return *As<Loop>(); }
  Cycler& cycler() const { return *As<Cycler>(); }
  Joiner& joiner() const { return *As<Joiner>(); }
  const BlockNode& block() const { return *As<BlockNode>(); }
  const UndefinedOrigin* origin() const { return As<UndefinedOrigin>(); }
  // Where the object lives, which tells it from others.
  const void* address() const { return object_; }

 private:
  explicit constexpr Value(Kind kind) : kind_(kind), integer_(0) {}
  constexpr Value(Kind kind, int64_t n) : kind_(kind), integer_(n) {}
  constexpr Value(Kind kind, const void* o) : kind_(kind), object_(o) {}

  // Objects that are const here are so by convention of their type.
  template <typename T>
  T* As() const {
    return const_cast<T*>(static_cast<const T*>(object_));
  }

  Kind kind_;
  bool flag_ = false;
  uint32_t size_ = 0;
  union {
    int64_t integer_;
    double real_;
    const char* text_;
    const void* object_;
  };
};
static_assert(sizeof(Value) == 16);

struct Sequence {
  const Value* items;
  int64_t size;

  std::span<const Value> span() const {
    return {items, static_cast<size_t>(size)};
  }
};

struct DictView {
  enum Which : uint8_t { kKeys, kValues, kItems };
  const Dict* dict;
  Which which;
};

struct Range {
  int64_t start;
  int64_t stop;  // As it was given.
  int64_t step;  // Not zero.
  int64_t size;

  int64_t At(int64_t i) const { return start + i * step; }
};

// All items are there from the start; reading moves `next`. Where Python's
// generator would fail on the way, `failure` is the message, met at the end.
struct Iterator {
  const Value* items;
  int64_t size;
  int64_t next = 0;
  const char* type_name = "generator";
  const absl::string_view* failure = nullptr;
};

struct Namespace {
  Dict* attributes;
};

struct Cycler {
  const Value* items;
  int64_t size;
  int64_t next = 0;
};

struct Joiner {
  Value separator;
  bool used = false;
};

// Why a value is undefined, for the message when it is used.
struct UndefinedOrigin {
  absl::string_view hint;  // The whole message, if not empty.
  absl::string_view name;
  absl::string_view owner;  // "dict object"; empty for a variable.
  bool unsafe = false;      // Refused by the sandbox.
};

// Keys in the order in which they came. Keys are equal as in Python: 1, 1.0
// and True are one key.
class Dict {
 public:
  struct Entry {
    Value key;
    Value value;
  };

  // Null where there is none. `key` is hashable (IsHashable).
  const Value* Find(const Value& key) const;
  const Value* Find(absl::string_view key) const;

  // A key that is there keeps its place and gets the new value.
  void Set(Arena& arena, const Value& key, const Value& value);

  std::span<const Entry> entries() const {
    return {entries_, static_cast<size_t>(size_)};
  }
  int64_t size() const { return size_; }

 private:
  friend Dict* NewDict(Arena& arena, int64_t capacity);

  int64_t FindIndex(const Value& key) const;
  void Grow(Arena& arena);
  void Index(int64_t entry);

  Entry* entries_ = nullptr;
  int64_t size_ = 0;
  int64_t capacity_ = 0;
  // Open addressing over entry numbers plus one; only of larger dicts.
  uint32_t* slots_ = nullptr;
  int64_t slot_mask_ = 0;
};

Dict* NewDict(Arena& arena, int64_t capacity = 0);
Value NewList(Arena& arena, std::span<const Value> items);
Value NewList(Arena& arena, std::initializer_list<Value> items);
Value NewTuple(Arena& arena, std::span<const Value> items);
// Takes items that already live in the arena.
Value ListOf(Arena& arena, const Value* items, int64_t size);
Value TupleOf(Arena& arena, const Value* items, int64_t size);
Value IteratorOf(Arena& arena, const Value* items, int64_t size,
                 const char* type_name = "generator");
// Undefined, with the message for whoever uses it; `hint` isn't copied.
Value NewUndefined(Arena& arena, absl::string_view hint);
Value CopyString(Arena& arena, absl::string_view text, bool markup = false);

// Python's name of the type, as its messages print it: "str", "NoneType".
absl::string_view TypeName(const Value& value);

// Whether the value can be a key: not where a list or dict is inside.
bool IsHashable(const Value& value);

// Equality of keys: numbers by value, texts by bytes, tuples item by item,
// everything else by identity.
bool KeysEqual(const Value& a, const Value& b);

// An integer and a double compared exactly: below 0, 0 or above; 2 with NaN.
int CompareIntFloat(int64_t a, double b);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_VALUE_H_
