#ifndef KAITO_STANDALONE_APISERVER_REST_SERVICE_ADDRESS_H_
#define KAITO_STANDALONE_APISERVER_REST_SERVICE_ADDRESS_H_

// Gives a Service its cluster address, from 127.64.0.0/10: loopback, so that
// this machine reaches it and no other does. Addresses of pods are the node
// agent's, from elsewhere in 127.0.0.0/8.

#include "absl/status/status.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/rest/id_source.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {

// Leaves headless, external and already addressed Services as they are; 422
// where the address asked for is taken.
absl::Status GiveServiceAddress(Transaction& transaction, IdSource& ids,
                                json::Value& service);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_REST_SERVICE_ADDRESS_H_
