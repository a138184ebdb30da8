#ifndef KAITO_API_CORE_OPEN_STRUCT_H_
#define KAITO_API_CORE_OPEN_STRUCT_H_

// Describes a struct of a kind that belongs to Kubernetes: what the struct
// lacks is kept in its `others`, at every level, so that an object which is
// read, changed and written back loses nothing that a later server put there.
// (null, and what Go's omitempty leaves out, counts as nothing.)
//
//   const StructType& Describe(const Lease*) {
//     static const StructType& type = OpenStruct<Lease>("A lease.", {...});
//     return type;
//   }

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

template <typename Struct>
const StructType& OpenStruct(absl::string_view doc, std::vector<Field> fields) {
  // Types live for the whole process.
  auto* type = new StructType(std::string(doc), std::move(fields));
  return type->KeepOthers(Others(&Struct::others));
}

}  // namespace kaito::api

#endif  // KAITO_API_CORE_OPEN_STRUCT_H_
