#ifndef KAITO_STANDALONE_APISERVER_RESOURCE_BUILTIN_DEFAULTS_H_
#define KAITO_STANDALONE_APISERVER_RESOURCE_BUILTIN_DEFAULTS_H_

// Defaults of built-in kinds that depend on other fields. Each is a
// DefaultHook: pure, and it changes nothing the second time.

#include "kaito/base/json/value.h"

namespace kaito::apiserver {

void DefaultPod(json::Value& pod);
// Of kinds with spec.template.
void DefaultWorkload(json::Value& workload);
void DefaultDeployment(json::Value& deployment);
void DefaultStatefulSet(json::Value& set);
// Needs metadata.uid: the pods of a Job are known by it.
void DefaultJob(json::Value& job);
void DefaultService(json::Value& service);
void DefaultNamespace(json::Value& ns);
void DefaultSecret(json::Value& secret);
void DefaultDefinition(json::Value& definition);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_RESOURCE_BUILTIN_DEFAULTS_H_
