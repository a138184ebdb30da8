#ifndef KAITO_BASE_YAML_SCALAR_H_
#define KAITO_BASE_YAML_SCALAR_H_

// What a plain (unquoted) YAML scalar means. kubectl's rules, which are those
// of go-yaml 2 as sigs.k8s.io/yaml uses it, a mix of YAML 1.1 and 1.2; the
// table in testdata/kubectl_scalars.txt was made by running kubectl.
//
//   null ~ Null NULL and nothing at all     null
//   true yes on y, false no off n           boolean; also Yes and YES, not yEs
//   1 -1 +1 0x1F 0b101 0o17 0777 1_000      integer; 0777 is octal
//   1.5 .5 1. 1e3 08                        number
//   .inf -.inf .nan                         infinity and not-a-number
//   1:30 2001-01-01 0b2 1e400 and the rest  string
//
// An integer beyond int64_t is a double where kubectl makes it a number, too:
// all decimal ones, others below 2^64.

#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"

namespace kaito::yaml {

json::Value ResolvePlain(absl::string_view text);

}  // namespace kaito::yaml

#endif  // KAITO_BASE_YAML_SCALAR_H_
