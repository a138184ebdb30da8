#ifndef KAITO_BASE_YAML_LIMITS_H_
#define KAITO_BASE_YAML_LIMITS_H_

// What a YAML text may cost its reader; part of yaml.h's interface, apart from
// it only because the builder needs it, too.

#include <cstdint>

namespace kaito::yaml {

struct ReadOptions {
  // As much as a ConfigMap can hold. Takes the scanner up to a second, and up
  // to 100 MiB if it is made to be hard to read.
  int64_t max_bytes = int64_t{1} << 20;
  // Maps and sequences inside each other. At most 400: beyond it yaml-cpp's own
  // guard against deep recursion answers instead.
  int max_depth = 128;
  // Scalars, keys, maps and sequences of all documents together, and what
  // aliases copy. A large CRD has 20,000.
  int64_t max_nodes = 100'000;
  int max_documents = 1000;
  // Allows anchors (&a), aliases (*a) and merge keys (<<). Each alias copies
  // its anchor's value; copies count against max_nodes, and their text may have
  // max_bytes in all.
  bool allow_aliases = false;
};

}  // namespace kaito::yaml

#endif  // KAITO_BASE_YAML_LIMITS_H_
