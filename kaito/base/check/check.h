#ifndef KAITO_BASE_CHECK_CHECK_H_
#define KAITO_BASE_CHECK_CHECK_H_

// KAITO_CHECK: ends the process when the program itself is wrong: a broken
// invariant, a caller that ignored a contract. Never on user input, files, the
// network or the API server: those return absl::Status.
//
//   KAITO_CHECK(!name.empty()) << "plan of " << workspace;
//   KAITO_CHECK_EQ(rows, labels);   // Prints both values.
//   KAITO_CHECK_OK(status);
//
// Prints "file:line: check failed: rows == labels (3 vs. 4)" and what was
// streamed to standard error, then aborts. The condition is evaluated in every
// build, once; what is streamed only when it fails.

#include <memory>
#include <ostream>
#include <sstream>
#include <string>

#include "absl/status/status.h"

namespace kaito {

// The failing side of the macros below; not for direct use.
class CheckFailure {
 public:
  CheckFailure(const char* file, int line, const std::string& what);
  [[noreturn]] ~CheckFailure();  // Prints and aborts.
  std::ostream& stream() { return message_; }

 private:
  std::ostringstream message_;
};

// Gives both branches of the ?: in KAITO_CHECK the type void.
struct CheckVoidify {
  void operator&(std::ostream&) const {}
};

// Null when the values compare as they should.
template <typename A, typename B>
std::unique_ptr<std::string> CheckCompared(bool holds, const A& a, const B& b,
                                           const char* what) {
  if (holds) return nullptr;
  std::ostringstream text;
  text << what << " (" << a << " vs. " << b << ")";
  return std::make_unique<std::string>(text.str());
}

std::unique_ptr<std::string> CheckOk(const absl::Status& status,
                                     const char* what);

}  // namespace kaito

#define KAITO_CHECK(condition)    \
  (condition)                     \
      ? (void)0                   \
      : ::kaito::CheckVoidify() & \
            ::kaito::CheckFailure(__FILE__, __LINE__, #condition).stream()

#define KAITO_CHECK_EQ(a, b) KAITO_CHECK_COMPARED_(==, a, b)
#define KAITO_CHECK_NE(a, b) KAITO_CHECK_COMPARED_(!=, a, b)
#define KAITO_CHECK_LT(a, b) KAITO_CHECK_COMPARED_(<, a, b)
#define KAITO_CHECK_LE(a, b) KAITO_CHECK_COMPARED_(<=, a, b)
#define KAITO_CHECK_GT(a, b) KAITO_CHECK_COMPARED_(>, a, b)
#define KAITO_CHECK_GE(a, b) KAITO_CHECK_COMPARED_(>=, a, b)

// `status` is an absl::Status; for an absl::StatusOr check its status().
#define KAITO_CHECK_OK(status) \
  KAITO_CHECK_FAILURE_(::kaito::CheckOk((status), #status))

// Each operand is evaluated once, as the lambda's argument.
#define KAITO_CHECK_COMPARED_(op, a, b)                                 \
  KAITO_CHECK_FAILURE_(([](const auto& kaito_a, const auto& kaito_b) {  \
    return ::kaito::CheckCompared(kaito_a op kaito_b, kaito_a, kaito_b, \
                                  #a " " #op " " #b);                   \
  })((a), (b)))

// A loop that ends at the first turn: it makes one statement that can be
// streamed into and holds the message meanwhile.
#define KAITO_CHECK_FAILURE_(message)                 \
  while (const auto kaito_check_message_ = (message)) \
  ::kaito::CheckFailure(__FILE__, __LINE__, *kaito_check_message_).stream()

#endif  // KAITO_BASE_CHECK_CHECK_H_
