#ifndef KAITO_STANDALONE_APISERVER_SCHEMA_NOTATION_H_
#define KAITO_STANDALONE_APISERVER_SCHEMA_NOTATION_H_

// A short notation for the types of built-in kinds; what builtin_types.cc is
// written in. One type a block, one field a line, "#" begins a comment:
//
//   type ContainerPort io.k8s.api.core.v1.ContainerPort
//     containerPort! int32
//     protocol string default="TCP"
//   type Container io.k8s.api.core.v1.Container
//     name! string
//     args [string]
//     env [EnvVar] key=name merge
//     ports [ContainerPort] key=containerPort,protocol merge=containerPort
//
// A type is string, bytes, time, microtime, bool, int32, int64, number,
// quantity, intorstring, any, object (with any members), the name of a block,
// [type] or {type} (a map). "!" marks what must be there. After it: default=
// and JSON without spaces; set, or key= and names (how appliers share a list;
// else it has one owner); merge, or merge= and the key (how strategic merges
// take it). After a type's name: atomic (an object that has one owner), open
// (it may hold more).

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {

struct SchemaTypes {
  SchemaSet set;
  std::map<std::string, Schema*> by_name;  // By the short name.
};

// InvalidArgument with the line.
absl::StatusOr<std::shared_ptr<SchemaTypes>> ParseNotation(
    absl::string_view text);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SCHEMA_NOTATION_H_
