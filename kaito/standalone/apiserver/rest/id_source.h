#ifndef KAITO_STANDALONE_APISERVER_REST_ID_SOURCE_H_
#define KAITO_STANDALONE_APISERVER_REST_ID_SOURCE_H_

// Where uids and the ends of generated names come from. Unique over the life of
// a store; no secrets.

#include <cstdint>
#include <string>

#include "kaito/base/random/random.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito::apiserver {

class IdSource {
 public:
  // The same seed gives the same ids: for tests.
  explicit IdSource(uint64_t seed) : random_(seed) {}
  // Seeded by the system.
  IdSource();

  // A random UUID (RFC 4122, version 4).
  std::string Uid() KAITO_EXCLUDES(mutex_);
  // Five characters; none of them a vowel or easily confused.
  std::string NameSuffix() KAITO_EXCLUDES(mutex_);
  // In [0, limit).
  int64_t Number(int64_t limit) KAITO_EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  Random random_ KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_REST_ID_SOURCE_H_
