#ifndef KAITO_STANDALONE_APISERVER_SERVER_BOOTSTRAP_H_
#define KAITO_STANDALONE_APISERVER_SERVER_BOOTSTRAP_H_

// What a server has before anybody asked for it: namespaces, the default
// ServiceAccount, the custom kinds of the program. Run at each start; changes
// nothing where all is there.

#include <vector>

#include "absl/status/status.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/registry.h"
#include "kaito/standalone/apiserver/rest/verbs.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {

absl::Status Bootstrap(Store& store, Registry& registry, Verbs& verbs,
                       const std::vector<json::Value>& definitions);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SERVER_BOOTSTRAP_H_
