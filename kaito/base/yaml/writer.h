#ifndef KAITO_BASE_YAML_WRITER_H_
#define KAITO_BASE_YAML_WRITER_H_

// YAML text from a json::Value, for people and for kubectl:
//
//   kind: Job
//   spec:
//     args:
//     - tune
//     script: |
//       set -e
//       ./run
//     tag: "0777"
//
// Block style, members by name, as kubectl prints. A string is left bare only
// where YAML 1.1 and 1.2 read it as that string; text of several lines is
// written as lines where that keeps every byte. Parse() of the result gives an
// equal value, with what JSON's writer does to bytes that aren't UTF-8 (U+FFFD)
// and to infinities (null).

#include <string>

#include "kaito/base/json/value.h"

namespace kaito::yaml {

// Ends in a newline. Several documents are joined with "---\n" between them.
std::string Write(const json::Value& value);

}  // namespace kaito::yaml

#endif  // KAITO_BASE_YAML_WRITER_H_
