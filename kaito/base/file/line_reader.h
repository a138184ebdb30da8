#ifndef KAITO_BASE_FILE_LINE_READER_H_
#define KAITO_BASE_FILE_LINE_READER_H_

// LineReader: lines from a descriptor, such as standard input, that a stop
// interrupts while nothing is typed. Files are read by read_file.h.
//
//   LineReader lines(STDIN_FILENO);
//   while (true) {
//     KAITO_ASSIGN_OR_RETURN(const auto line, lines.Next(stop));
//     if (!line) break;  // The end.
//   }

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito {

class LineReader {
 public:
  // `fd` stays the caller's.
  explicit LineReader(int fd) : fd_(fd) {}

  // The next line without its end; nullopt at the end of all. stop.status()
  // when stopped; ResourceExhausted for a line of more than 64 KiB.
  absl::StatusOr<std::optional<std::string>> Next(const StopToken& stop);

 private:
  const int fd_;
  std::string read_;  // And not yet returned.
  bool ended_ = false;
};

}  // namespace kaito

#endif  // KAITO_BASE_FILE_LINE_READER_H_
