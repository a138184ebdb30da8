#include "kaito/base/version/version.h"

#include <optional>
#include <span>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kaito {

std::optional<std::string> VersionAnswer(absl::string_view program,
                                         std::span<const std::string> args) {
  if (args.size() != 1 || args[0] != "--version") return std::nullopt;
  return absl::StrCat(program, " ", kVersion, "\n");
}

}  // namespace kaito
