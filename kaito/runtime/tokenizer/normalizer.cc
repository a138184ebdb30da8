#include "kaito/runtime/tokenizer/normalizer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/tokenizer/component_spec.h"
#include "kaito/runtime/tokenizer/mapped_text.h"
#include "kaito/runtime/tokenizer/nfc.h"

namespace kaito::runtime::tokenization {
namespace {

// Of "prepend".
constexpr size_t kMaxPrefixBytes = 16;

// Puts a text before what is not empty.
class Prepend : public Normalizer {
 public:
  explicit Prepend(std::string prefix) : prefix_(std::move(prefix)) {}

  MappedText Apply(MappedText text) const override {
    const size_t size = text.text().size();
    if (size == 0) return text;
    MappedText out(text.tracks_origin());
    out.Reserve(prefix_.size() + size);
    out.AppendAs(prefix_, text.Origin(0, 1));
    out.Append(text, 0, size);
    return out;
  }
  int64_t MaxGrowth() const override { return 1; }

 private:
  std::string prefix_;
};

// Puts one text in the place of another. What is put there counts as made from
// the last byte of what it replaces.
class Replace : public Normalizer {
 public:
  Replace(std::string from, std::string to)
      : from_(std::move(from)), to_(std::move(to)) {}

  MappedText Apply(MappedText text) const override {
    const std::string& in = text.text();
    MappedText out(text.tracks_origin());
    out.Reserve(in.size() + in.size() / 2);
    size_t done = 0;
    for (size_t at = in.find(from_); at != std::string::npos;
         at = in.find(from_, done)) {
      const size_t end = at + from_.size();
      out.Append(text, done, at);
      out.AppendAs(to_, text.Origin(end - 1, end));
      done = end;
    }
    out.Append(text, done, in.size());
    return out;
  }
  int64_t MaxGrowth() const override {
    return std::max<int64_t>(1, (to_.size() + from_.size() - 1) / from_.size());
  }

 private:
  std::string from_;
  std::string to_;
};

class Nfc : public Normalizer {
 public:
  MappedText Apply(MappedText text) const override {
    return ToNfc(std::move(text));
  }
  // U+0390 and U+1D160 take three times their bytes.
  int64_t MaxGrowth() const override { return 3; }
};

class Sequence : public Normalizer {
 public:
  explicit Sequence(std::vector<std::unique_ptr<Normalizer>> steps)
      : steps_(std::move(steps)) {}

  MappedText Apply(MappedText text) const override {
    for (const auto& step : steps_) text = step->Apply(std::move(text));
    return text;
  }
  int64_t MaxGrowth() const override {
    int64_t growth = 1;
    for (const auto& step : steps_) {
      growth = std::min(growth * step->MaxGrowth(), kUnboundedGrowth);
    }
    return growth;
  }

 private:
  std::vector<std::unique_ptr<Normalizer>> steps_;
};

absl::StatusOr<std::unique_ptr<Normalizer>> MakeNonNull(
    const ComponentSpec& spec) {
  if (spec.type() == "Prepend") {
    KAITO_ASSIGN_OR_RETURN(std::string prefix, spec.String("prepend"));
    if (prefix.size() > kMaxPrefixBytes) {
      return spec.Field("prepend").Error(
          absl::StrCat(prefix.size(), " bytes, more than ", kMaxPrefixBytes));
    }
    return std::make_unique<Prepend>(std::move(prefix));
  }
  if (spec.type() == "Replace") {
    KAITO_ASSIGN_OR_RETURN(std::string from, spec.LiteralPattern("pattern"));
    KAITO_ASSIGN_OR_RETURN(std::string to, spec.String("content"));
    if (from.empty()) return spec.Field("pattern").Error("empty");
    return std::make_unique<Replace>(std::move(from), std::move(to));
  }
  if (spec.type() == "NFC") return std::make_unique<Nfc>();
  if (spec.type() == "Sequence") {
    KAITO_ASSIGN_OR_RETURN(const std::vector<ComponentSpec> specs,
                           spec.List("normalizers"));
    std::vector<std::unique_ptr<Normalizer>> steps;
    for (const ComponentSpec& s : specs) {
      KAITO_ASSIGN_OR_RETURN(auto step, MakeNonNull(s));
      steps.push_back(std::move(step));
    }
    return std::make_unique<Sequence>(std::move(steps));
  }
  return spec.UnknownType({"NFC", "Prepend", "Replace", "Sequence"});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Normalizer>> MakeNormalizer(
    const ComponentSpec& spec) {
  if (spec.is_null()) return nullptr;
  return MakeNonNull(spec);
}

}  // namespace kaito::runtime::tokenization
