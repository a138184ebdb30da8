#ifndef KAITO_BASE_VERSION_VERSION_H_
#define KAITO_BASE_VERSION_VERSION_H_

// The version of all programs and images: here and nowhere else. It changes
// together with CHANGELOG.md.
//
//   int Run(std::span<const std::string> args) {
//     if (const auto answer = VersionAnswer("runtime", args)) {
//       std::cout << *answer;
//       return 0;
//     }

#include <optional>
#include <span>
#include <string>

#include "absl/strings/string_view.h"

namespace kaito {

inline constexpr absl::string_view kVersion = "0.1.0";

// A line to print where `args`, without the program itself, are --version;
// else nothing.
std::optional<std::string> VersionAnswer(absl::string_view program,
                                         std::span<const std::string> args);

}  // namespace kaito

#endif  // KAITO_BASE_VERSION_VERSION_H_
