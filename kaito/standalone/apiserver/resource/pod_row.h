#ifndef KAITO_STANDALONE_APISERVER_RESOURCE_POD_ROW_H_
#define KAITO_STANDALONE_APISERVER_RESOURCE_POD_ROW_H_

// The row of a pod: the one whose STATUS sums up a dozen fields.

#include "absl/time/time.h"
#include "kaito/base/json/value.h"

namespace kaito::apiserver {

// NAME READY STATUS RESTARTS AGE; IP NODE "NOMINATED NODE" "READINESS GATES".
json::Array PodRow(const json::Value& pod, absl::Time now);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_RESOURCE_POD_ROW_H_
