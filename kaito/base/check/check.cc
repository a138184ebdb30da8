#include "kaito/base/check/check.h"

#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace kaito {

CheckFailure::CheckFailure(const char* file, int line,
                           const std::string& what) {
  message_ << file << ":" << line << ": check failed: " << what << " ";
}

CheckFailure::~CheckFailure() {
  std::string text = message_.str();
  text += '\n';
  // write(2), not a stream: nothing may be buffered when abort() comes.
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t n =
        write(STDERR_FILENO, text.data() + done, text.size() - done);
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  std::abort();
}

std::unique_ptr<std::string> CheckOk(const absl::Status& status,
                                     const char* what) {
  if (status.ok()) return nullptr;
  return std::make_unique<std::string>(
      absl::StrCat(what, " is OK (", status.ToString(), ")"));
}

}  // namespace kaito
