#include "kaito/cli/status/screen.h"

#include <sys/ioctl.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/cli/text/printable.h"

namespace kaito::cli {
namespace {

// xterm's: the other screen, without a cursor; and back.
constexpr absl::string_view kEnter = "\x1b[?1049h\x1b[?25l";
constexpr absl::string_view kLeave = "\x1b[?25h\x1b[?1049l";
constexpr absl::string_view kHome = "\x1b[H";
constexpr absl::string_view kClearRestOfLine = "\x1b[K";
constexpr absl::string_view kClearBelow = "\x1b[J";

// The start of a line that fits.
absl::string_view Cut(absl::string_view line, int64_t columns) {
  if (Width(line) <= columns) return line;
  size_t end = 0;
  for (int64_t i = 0; i < columns; ++i) {
    ++end;
    while (end < line.size() &&
           (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) {
      ++end;
    }
  }
  return line.substr(0, end);
}

}  // namespace

std::optional<ScreenSize> SizeOfTerminal(int fd) {
  winsize size = {};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0) return std::nullopt;
  if (size.ws_col == 0 || size.ws_row == 0) return ScreenSize();
  return ScreenSize{.columns = size.ws_col, .rows = size.ws_row};
}

Screen::Screen(std::ostream& out) : out_(out) { out_ << kEnter << std::flush; }

Screen::~Screen() { out_ << kLeave << std::flush; }

void Screen::Show(absl::string_view text, const ScreenSize& size) {
  absl::ConsumeSuffix(&text, "\n");
  std::string drawn(kHome);
  int64_t row = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (row == size.rows) break;
    absl::StrAppend(&drawn, row == 0 ? "" : "\r\n", Cut(line, size.columns),
                    kClearRestOfLine);
    ++row;
  }
  // In one piece, so that nothing flickers.
  out_ << absl::StrCat(drawn, kClearBelow) << std::flush;
}

}  // namespace kaito::cli
