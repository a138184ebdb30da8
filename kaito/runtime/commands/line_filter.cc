#include "kaito/runtime/commands/line_filter.h"

#include <cstdint>
#include <istream>
#include <ostream>
#include <streambuf>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kaito::runtime {
namespace {

// False at the end of the input, where nothing was read.
absl::Status ReadLine(std::istream& in, int64_t number, std::string* line,
                      bool* more) {
  line->clear();
  std::streambuf* buffer = in.rdbuf();
  using Traits = std::streambuf::traits_type;
  while (true) {
    const Traits::int_type c = buffer->sbumpc();
    if (Traits::eq_int_type(c, Traits::eof())) {
      *more = !line->empty();
      return absl::OkStatus();
    }
    if (c == '\n') {
      *more = true;
      return absl::OkStatus();
    }
    if (static_cast<int64_t>(line->size()) >= kMaxLineBytes) {
      return absl::InvalidArgumentError(absl::StrCat(
          "line ", number, ": longer than ", kMaxLineBytes, " bytes"));
    }
    line->push_back(Traits::to_char_type(c));
  }
}

}  // namespace

absl::Status FilterLines(
    std::istream& in, std::ostream& out,
    absl::FunctionRef<std::string(absl::string_view line, int64_t number)>
        answer) {
  std::string line;
  for (int64_t number = 1;; ++number) {
    bool more = false;
    if (absl::Status read = ReadLine(in, number, &line, &more); !read.ok()) {
      return read;
    }
    if (!more) return absl::OkStatus();
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    out << answer(line, number) << '\n' << std::flush;
    if (!out)
      return absl::UnavailableError("standard output: cannot be written");
  }
}

}  // namespace kaito::runtime
