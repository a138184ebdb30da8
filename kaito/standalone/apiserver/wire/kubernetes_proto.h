#ifndef KAITO_STANDALONE_APISERVER_WIRE_KUBERNETES_PROTO_H_
#define KAITO_STANDALONE_APISERVER_WIRE_KUBERNETES_PROTO_H_

// Objects in Kubernetes' protobuf encoding: what kubectl from 1.32 on sends
// with `create configmap`, `create deployment` and its like, with no JSON to
// fall back on. Answers may be JSON. Only messages and fields that those
// commands can send are known; the table is in the .cc.

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"

namespace kaito::apiserver {

// InvalidArgument where it is no such message; Unimplemented where it holds a
// kind or a field that is not in the table: dropped, it would be silently lost.
absl::StatusOr<json::Value> DecodeKubernetesProto(absl::string_view body);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_WIRE_KUBERNETES_PROTO_H_
