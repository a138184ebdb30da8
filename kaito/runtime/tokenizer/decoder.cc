#include "kaito/runtime/tokenizer/decoder.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/tokenizer/byte_alphabet.h"
#include "kaito/runtime/tokenizer/component_spec.h"
#include "kaito/runtime/tokenizer/utf8.h"

namespace kaito::runtime::tokenization {
namespace {

// Reads a chain of decoders, and keeps it in the order that Decoder can follow.
class ChainReader {
 public:
  absl::Status Add(const ComponentSpec& spec) {
    const absl::string_view type = spec.type();
    if (type == "Sequence") {
      KAITO_ASSIGN_OR_RETURN(const std::vector<ComponentSpec> specs,
                             spec.List("decoders"));
      for (const ComponentSpec& s : specs) KAITO_RETURN_IF_ERROR(Add(s));
      return absl::OkStatus();
    }
    if (type == "Replace") return AddReplace(spec);
    if (type == "Metaspace") return AddMetaspace(spec);
    if (type == "ByteFallback") {
      KAITO_RETURN_IF_ERROR(Advance(kBytes, spec));
      out.bytes = Decoder::Bytes::kFallback;
      return absl::OkStatus();
    }
    if (type == "ByteLevel") {
      KAITO_RETURN_IF_ERROR(Advance(kBytes, spec));
      out.bytes = Decoder::Bytes::kAlphabet;
      return Advance(kFused, spec);
    }
    if (type == "Fuse") return Advance(kFused, spec);
    if (type == "Strip") return AddStrip(spec);
    return spec.UnknownType({"ByteFallback", "ByteLevel", "Fuse", "Metaspace",
                             "Replace", "Sequence", "Strip"});
  }

  Decoder out;

 private:
  enum Stage { kTokens, kBytes, kFused, kStripped };

  absl::Status Advance(Stage stage, const ComponentSpec& spec) {
    if (stage < stage_ || (stage > kTokens && stage == stage_)) {
      return spec.Error(
          "this order of decoders is not supported; want replacements, then "
          "ByteFallback, Fuse and Strip");
    }
    stage_ = stage;
    return absl::OkStatus();
  }

  absl::Status AddReplace(const ComponentSpec& spec) {
    KAITO_RETURN_IF_ERROR(Advance(kTokens, spec));
    KAITO_ASSIGN_OR_RETURN(std::string from, spec.LiteralPattern("pattern"));
    KAITO_ASSIGN_OR_RETURN(std::string to, spec.String("content"));
    if (from.empty()) return spec.Field("pattern").Error("empty");
    if (to.size() > from.size() + 16) {
      return spec.Field("content").Error("too long");
    }
    out.replacements.emplace_back(std::move(from), std::move(to));
    return absl::OkStatus();
  }

  absl::Status AddMetaspace(const ComponentSpec& spec) {
    KAITO_RETURN_IF_ERROR(Advance(kTokens, spec));
    KAITO_ASSIGN_OR_RETURN(std::string from, spec.String("replacement"));
    if (from.empty()) return spec.Field("replacement").Error("empty");
    KAITO_ASSIGN_OR_RETURN(const bool prefix,
                           spec.Bool("add_prefix_space", true));
    const bool never =
        spec.Field("prepend_scheme").is_null()
            ? !prefix
            : spec.value().StringAt({"prepend_scheme"}) == "never";
    if (!never) out.dropped_from_first = from;
    out.replacements.emplace_back(std::move(from), " ");
    return absl::OkStatus();
  }

  absl::Status AddStrip(const ComponentSpec& spec) {
    // Each token would be stripped by itself otherwise.
    if (stage_ != kFused) return spec.Error("only supported after Fuse");
    KAITO_RETURN_IF_ERROR(Advance(kStripped, spec));
    KAITO_ASSIGN_OR_RETURN(out.strip, spec.String("content"));
    KAITO_ASSIGN_OR_RETURN(const int64_t start, spec.Int("start", 0));
    KAITO_ASSIGN_OR_RETURN(const int64_t stop, spec.Int("stop", 0));
    if (out.strip.empty() ||
        out.strip.size() != static_cast<size_t>(Utf8Size(out.strip[0]))) {
      return spec.Field("content").Error("want one character");
    }
    if (start < 0 || start > 1000) {
      return spec.Field("start").Error("want 0 to 1000");
    }
    if (stop != 0) return spec.Field("stop").Error("only 0 is supported");
    out.strip_count = static_cast<int32_t>(start);
    return absl::OkStatus();
  }

  Stage stage_ = kTokens;
};

// The byte of a token like <0xAB>.
std::optional<char> ByteOfToken(absl::string_view token) {
  if (token.size() != 6 || !absl::StartsWith(token, "<0x") || token[5] != '>' ||
      !absl::ascii_isxdigit(token[3]) || !absl::ascii_isxdigit(token[4])) {
    return std::nullopt;
  }
  const auto digit = [](char c) {
    return absl::ascii_isdigit(c) ? c - '0' : absl::ascii_tolower(c) - 'a' + 10;
  };
  return static_cast<char>(digit(token[3]) << 4 | digit(token[4]));
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    const Utf8Unit unit = ReadUtf8Unit(text);
    if (unit.kind != Utf8Unit::kCharacter) return false;
    text.remove_prefix(unit.size);
  }
  return true;
}

}  // namespace

absl::StatusOr<Decoder> MakeDecoder(const ComponentSpec& spec) {
  ChainReader reader;
  if (spec.is_null()) {
    reader.out.separator = " ";
    return std::move(reader.out);
  }
  KAITO_RETURN_IF_ERROR(reader.Add(spec));
  return std::move(reader.out);
}

void DecodeState::Push(absl::string_view token, std::string* out) {
  if (!is_first_) Emit(decoder_->separator, out);
  const std::string text = Replaced(token);
  is_first_ = false;
  switch (decoder_->bytes) {
    case Decoder::Bytes::kNone:
      Emit(text, out);
      break;
    case Decoder::Bytes::kFallback:
      if (const auto byte = ByteOfToken(text)) {
        PushFallbackByte(*byte, out);
      } else {
        EndByteRun(out);
        Emit(text, out);
      }
      break;
    case Decoder::Bytes::kAlphabet:
      // A token that is not written in the alphabet stands for its own bytes.
      held_ += BytesOfCharacters(text).value_or(text);
      FlushCharacters(/*at_end=*/false, out);
      break;
  }
}

void DecodeState::Finish(std::string* out) {
  if (decoder_->bytes == Decoder::Bytes::kFallback) EndByteRun(out);
  FlushCharacters(/*at_end=*/true, out);
  is_first_ = true;
  stripped_ = 0;
}

std::string DecodeState::Replaced(absl::string_view token) const {
  std::string text(token);
  if (is_first_ && !decoder_->dropped_from_first.empty()) {
    absl::StrReplaceAll({{decoder_->dropped_from_first, ""}}, &text);
  }
  for (const auto& [from, to] : decoder_->replacements) {
    if (absl::StrContains(text, from)) {
      absl::StrReplaceAll({{from, to}}, &text);
    }
  }
  return text;
}

void DecodeState::PushFallbackByte(char byte, std::string* out) {
  if (run_is_bad_) {
    EmitReplacements(1, out);
    return;
  }
  held_.push_back(byte);
  if (mode_ == kWhole) return;
  const Utf8Unit unit = ReadUtf8Unit(held_);
  if (unit.kind == Utf8Unit::kIncomplete) return;
  if (unit.kind == Utf8Unit::kCharacter) {
    Emit(held_, out);
  } else {
    run_is_bad_ = true;
    EmitReplacements(held_.size(), out);
  }
  held_.clear();
}

void DecodeState::EndByteRun(std::string* out) {
  if (IsUtf8(held_)) {
    Emit(held_, out);
  } else {
    EmitReplacements(held_.size(), out);
  }
  held_.clear();
  run_is_bad_ = false;
}

void DecodeState::FlushCharacters(bool at_end, std::string* out) {
  absl::string_view rest = held_;
  while (!rest.empty()) {
    const Utf8Unit unit = ReadUtf8Unit(rest);
    if (unit.kind == Utf8Unit::kIncomplete && !at_end) break;
    if (unit.kind == Utf8Unit::kCharacter) {
      Emit(rest.substr(0, unit.size), out);
    } else {
      EmitReplacements(1, out);
    }
    rest.remove_prefix(unit.size);
  }
  held_.erase(0, held_.size() - rest.size());
}

void DecodeState::EmitReplacements(size_t count, std::string* out) {
  for (size_t i = 0; i < count; ++i) Emit(kReplacementCharacter, out);
}

void DecodeState::Emit(absl::string_view text, std::string* out) {
  while (stripped_ < decoder_->strip_count && !text.empty()) {
    if (!absl::StartsWith(text, decoder_->strip)) {
      stripped_ = decoder_->strip_count;
      break;
    }
    text.remove_prefix(decoder_->strip.size());
    ++stripped_;
  }
  out->append(text.data(), text.size());
}

}  // namespace kaito::runtime::tokenization
