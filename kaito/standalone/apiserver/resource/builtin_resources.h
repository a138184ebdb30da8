#ifndef KAITO_STANDALONE_APISERVER_RESOURCE_BUILTIN_RESOURCES_H_
#define KAITO_STANDALONE_APISERVER_RESOURCE_BUILTIN_RESOURCES_H_

// The kinds of Kubernetes that the server has of itself: what the operator, the
// provisioner and the node agent use, and what kubectl needs. A new one is a
// row in the .cc and its types in schema/builtin_text_*.cc.

#include <vector>

#include "kaito/standalone/apiserver/resource/resource_definition.h"

namespace kaito::apiserver {

std::vector<ResourcePtr> BuiltinResources();

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_RESOURCE_BUILTIN_RESOURCES_H_
