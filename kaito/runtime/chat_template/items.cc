#include "kaito/runtime/chat_template/items.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/utf8.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

bool IsTrue(const Value& value) {
  switch (value.kind()) {
    case Kind::kMissing:
    case Kind::kFailed:
    case Kind::kUndefined:
    case Kind::kNone:
      return false;
    case Kind::kBool:
    case Kind::kInt:
      return value.integer() != 0;
    case Kind::kFloat:
      return value.real() != 0;
    case Kind::kString:
      return !value.text().empty();
    default: {
      const std::optional<int64_t> length = Length(value);
      return !length.has_value() || *length > 0;
    }
  }
}

bool IsIterable(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined:
    case Kind::kString:
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kDict:
    case Kind::kDictView:
    case Kind::kIterator:
    case Kind::kRange:
      return true;
    default:
      return false;
  }
}

std::optional<int64_t> Length(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined:
      return 0;
    case Kind::kString:
      return Utf8Length(value.text());
    case Kind::kList:
    case Kind::kTuple:
      return value.sequence().size;
    case Kind::kDict:
      return value.dict().size();
    case Kind::kDictView:
      return value.view().dict->size();
    case Kind::kRange:
      return value.range().size;
    default:
      return std::nullopt;
  }
}

Value ViewItem(Run& run, const DictView& view, int64_t i) {
  const Dict::Entry& entry = view.dict->entries()[i];
  switch (view.which) {
    case DictView::kKeys:
      return entry.key;
    case DictView::kValues:
      return entry.value;
    case DictView::kItems:
      break;
  }
  const Value pair[] = {entry.key, entry.value};
  return NewTuple(run.arena(), pair);
}

bool ToItems(Run& run, const Value& value, std::span<const Value>* items) {
  if (value.is_list() || value.is_tuple()) {
    *items = value.sequence().span();
    return run.Work(static_cast<int64_t>(items->size()));
  }
  if (value.kind() == Kind::kIterator) {
    Iterator& it = value.iterator();
    *items = {it.items + it.next, static_cast<size_t>(it.size - it.next)};
    it.next = it.size;
    if (it.failure == nullptr) return run.Work(items->size());
    run.Fail(std::string(*it.failure));
    return false;
  }
  const int64_t size = Length(value).value_or(0);
  if (!run.Reserve(size * static_cast<int64_t>(sizeof(Value)))) return false;
  Value* const to = run.arena().NewArray<Value>(size);
  Cursor cursor(run, value);
  int64_t n = 0;
  while (n < size && cursor.Next(&to[n])) ++n;
  if (size == 0) {
    Value none;
    cursor.Next(&none);  // Says whether it is iterable at all.
  }
  *items = {to, static_cast<size_t>(n)};
  return !run.failed();
}

Cursor::Cursor(Run& run, const Value& value) : run_(&run), source_(value) {}

int64_t Cursor::left() const {
  if (source_.kind() == Kind::kIterator) {
    return source_.iterator().size - source_.iterator().next;
  }
  if (source_.is_string()) {
    return Utf8Length(source_.text().substr(next_));
  }
  return Length(source_).value_or(0) - next_;
}

bool Cursor::Next(Value* item) {
  if (!run_->Work(1)) return false;
  switch (source_.kind()) {
    case Kind::kUndefined:
      return false;
    case Kind::kList:
    case Kind::kTuple: {
      const Sequence& s = source_.sequence();
      if (next_ >= s.size) return false;
      *item = s.items[next_++];
      return true;
    }
    case Kind::kString: {
      const absl::string_view rest = source_.text().substr(next_);
      if (rest.empty()) return false;
      Utf8Reader reader(rest);
      reader.Next();
      const int64_t bytes = reader.position() - rest.data();
      *item = Value::String(rest.substr(0, bytes));
      next_ += bytes;
      return true;
    }
    case Kind::kDict:
      if (next_ >= source_.dict().size()) return false;
      *item = source_.dict().entries()[next_++].key;
      return true;
    case Kind::kDictView:
      if (next_ >= source_.view().dict->size()) return false;
      *item = ViewItem(*run_, source_.view(), next_++);
      return true;
    case Kind::kRange:
      if (next_ >= source_.range().size) return false;
      *item = Value::Int(source_.range().At(next_++));
      return true;
    case Kind::kIterator: {
      Iterator& it = source_.iterator();
      if (it.next < it.size) {
        *item = it.items[it.next++];
        return true;
      }
      if (it.failure != nullptr) run_->Fail(std::string(*it.failure));
      return false;
    }
    default:
      run_->Fail(absl::StrCat("a value of type ", TypeName(source_),
                              " can't be iterated over"));
      return false;
  }
}

}  // namespace kaito::runtime::jinja
