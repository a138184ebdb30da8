#include "kaito/cli/chat/event_stream.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::cli {
namespace {

constexpr size_t kMaxEventBytes = 1 << 20;

}  // namespace

absl::Status EventStream::Add(
    absl::string_view piece,
    absl::FunctionRef<absl::Status(absl::string_view data)> on_data) {
  while (!piece.empty()) {
    const size_t end = piece.find('\n');
    const bool whole = end != absl::string_view::npos;
    absl::StrAppend(&begun_, piece.substr(0, end));
    piece.remove_prefix(whole ? end + 1 : piece.size());
    if (begun_.size() + data_.size() > kMaxEventBytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the answer: an event of more than ", kMaxEventBytes,
                       " bytes; is this a served model?"));
    }
    if (!whole) break;
    absl::string_view line = begun_;
    absl::ConsumeSuffix(&line, "\r");
    if (absl::ConsumePrefix(&line, "data:")) {
      absl::ConsumePrefix(&line, " ");
      absl::StrAppend(&data_, data_.empty() ? "" : "\n", line);
    } else if (line.empty() && !data_.empty()) {
      const std::string data = std::exchange(data_, "");
      KAITO_RETURN_IF_ERROR(on_data(data));
    }
    begun_.clear();
  }
  return absl::OkStatus();
}

}  // namespace kaito::cli
