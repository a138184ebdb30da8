#ifndef KAITO_STANDALONE_APISERVER_REST_SCALE_H_
#define KAITO_STANDALONE_APISERVER_REST_SCALE_H_

// The scale subresource: an autoscaling/v1 Scale that is a window on three
// fields of an object. Pure.

#include "absl/status/status.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"

namespace kaito::apiserver {

json::Value ScaleOf(const ScalePaths& paths, const json::Value& object);

// Writes spec.replicas of a Scale into the object. InvalidArgument where it is
// negative or no number.
absl::Status SetScale(const ScalePaths& paths, const json::Value& scale,
                      json::Value& object);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_REST_SCALE_H_
