#include "kaito/api/job/termination.h"

#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/writer.h"

namespace kaito::api {
namespace {

// Cuts at a character's boundary, so that no half of one is left.
void CutTo(size_t bytes, std::string& text) {
  if (text.size() <= bytes) return;
  while (bytes > 0 &&
         (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) {
    --bytes;
  }
  text.resize(bytes);
  text += "...";
}

}  // namespace

std::string FormatTermination(const Termination& termination) {
  Termination cut = termination;
  // Escaping makes a byte at most six long; halve until it fits.
  for (size_t bytes = 2048;; bytes /= 2) {
    CutTo(bytes, cut.message);
    CutTo(bytes, cut.remedy);
    std::string line = json::Write(Encode(cut));
    if (static_cast<int64_t>(line.size()) <= kTerminationBytes) return line;
    if (bytes == 0) {  // Someone put a novel into the reason.
      CutTo(100, cut.reason);
      CutTo(100, cut.digest);
    }
  }
}

Termination ParseTermination(absl::string_view text, int64_t exit_code) {
  text = absl::StripAsciiWhitespace(text);
  const auto value = json::Parse(text, {.max_bytes = 2 * kTerminationBytes});
  if (value.ok() && value->is_object()) {
    Decoded<Termination> decoded = Decode<Termination>(*value);
    if (decoded.errors.empty() && !decoded.object.reason.empty()) {
      return decoded.object;
    }
  }
  Termination foreign = {
      .code = exit_code, .reason = "Error", .message = std::string(text)};
  CutTo(1024, foreign.message);
  return foreign;
}

const StructType& Describe(const Termination*) {
  static const auto* type = new StructType(
      "How a container of ours ended.",
      {Of("code", &Termination::code, "Exit code.").Required().Always(),
       Of("reason", &Termination::reason, "CamelCase, for programs.")
           .Required()
           .Always(),
       Of("message", &Termination::message, "What happened."),
       Of("remedy", &Termination::remedy, "What to do about it."),
       Of("digest", &Termination::digest, "Of the pushed image."),
       Of("loss", &Termination::loss, "The last loss.")});
  return *type;
}

}  // namespace kaito::api
