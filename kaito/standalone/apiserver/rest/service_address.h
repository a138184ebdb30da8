#ifndef KAITO_STANDALONE_APISERVER_REST_SERVICE_ADDRESS_H_
#define KAITO_STANDALONE_APISERVER_REST_SERVICE_ADDRESS_H_

// Gives a Service its cluster address: loopback, so that this machine reaches it
// and no other does. Which range is the program's business: instances on one
// machine must not meet. Addresses of pods are the node agent's.

#include <cstdint>

#include "absl/status/status.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/rest/id_source.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {

// Both ends belong to it; as numbers, 127.0.0.1 is 0x7f000001. By default all of
// 127.64.0.0/10 without the first and the last 256.
struct ServiceRange {
  uint32_t first = 0x7f400100;
  uint32_t last = 0x7f7ffeff;
};

// Leaves headless and external Services as they are; 422 where the address asked
// for is taken or not in the range, 500 where the range is used up.
absl::Status GiveServiceAddress(Transaction& transaction, IdSource& ids,
                                const ServiceRange& range,
                                json::Value& service);

// Services of an earlier run whose address is not in the range get another one:
// the range may have been another one then.
absl::Status MoveServiceAddresses(Store& store, IdSource& ids,
                                  const ServiceRange& range);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_REST_SERVICE_ADDRESS_H_
