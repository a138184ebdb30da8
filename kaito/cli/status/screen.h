#ifndef KAITO_CLI_STATUS_SCREEN_H_
#define KAITO_CLI_STATUS_SCREEN_H_

// Screen: a terminal's other screen, on which a text is drawn again and again;
// what was there before comes back in the end. For live views.
//
//   Screen screen(out);
//   while (...) screen.Show(text, {.columns = 80, .rows = 24});
//
// The text is printable (text/printable.h). Lines and rows that do not fit are
// cut off, for a line that the terminal breaks would push the first one out.

#include <cstdint>
#include <optional>
#include <ostream>

#include "absl/strings/string_view.h"

namespace kaito::cli {

struct ScreenSize {
  int64_t columns = 80;
  int64_t rows = 24;
};

// Of the terminal behind this descriptor; nullopt where it is none.
std::optional<ScreenSize> SizeOfTerminal(int fd);

class Screen {
 public:
  // `out` outlives it.
  explicit Screen(std::ostream& out);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  void Show(absl::string_view text, const ScreenSize& size);

 private:
  std::ostream& out_;
};

}  // namespace kaito::cli

#endif  // KAITO_CLI_STATUS_SCREEN_H_
