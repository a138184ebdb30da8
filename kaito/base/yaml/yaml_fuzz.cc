// Whatever the text, reading it ends in a value or an error; and what was read
// is written so that it reads the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/yaml/writer.h"
#include "kaito/base/yaml/yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace yaml = ::kaito::yaml;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (const bool allow_aliases : {false, true}) {
    const auto documents =
        yaml::ParseAll(text, {.allow_aliases = allow_aliases});
    if (!documents.ok()) continue;
    for (const yaml::Document& document : *documents) {
      const auto again = yaml::Parse(yaml::Write(document.value));
      if (!again.ok() || !(again->value == document.value)) std::abort();
      if (!document.places.Find("").has_value()) std::abort();
    }
  }
  return 0;
}
