// What parses must print a canonical text that parses to the same amount and
// prints the same again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "kaito/api/meta/quantity.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using ::kaito::api::Quantity;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto first = Quantity::Parse(text);
  if (!first.ok()) return 0;
  const auto second = Quantity::Parse(first->ToString());
  if (!second.ok() || *second != *first) std::abort();
  if (second->ToString() != first->ToString()) std::abort();
  if ((*first - *first).sign() != 0) std::abort();
  if (*first * 2 != *first + *first) std::abort();
  return 0;
}
