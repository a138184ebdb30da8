#ifndef KAITO_STANDALONE_APISERVER_RESOURCE_BUILTIN_VALIDATION_H_
#define KAITO_STANDALONE_APISERVER_RESOURCE_BUILTIN_VALIDATION_H_

// What the schemas of built-in kinds can't say. Each is a ValidateHook. Only
// what users and our controllers meet is checked: a real API server is the
// judge of the rest.

#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"

namespace kaito::apiserver {

AdmissionVerdict ValidatePod(const json::Value* before,
                             const json::Value& after);
// Deployment, ReplicaSet, StatefulSet.
AdmissionVerdict ValidateWorkload(const json::Value* before,
                                  const json::Value& after);
AdmissionVerdict ValidateJob(const json::Value* before,
                             const json::Value& after);
AdmissionVerdict ValidateService(const json::Value* before,
                                 const json::Value& after);
// ConfigMap and Secret.
AdmissionVerdict ValidateData(const json::Value* before,
                              const json::Value& after);
AdmissionVerdict ValidateCustomDefinition(const json::Value* before,
                                          const json::Value& after);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_RESOURCE_BUILTIN_VALIDATION_H_
