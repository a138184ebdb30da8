#ifndef KAITO_STANDALONE_APISERVER_STORE_EXPIRED_H_
#define KAITO_STANDALONE_APISERVER_STORE_EXPIRED_H_

// The error of who asks for history that is compacted away: list again.

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace kaito::apiserver {

inline absl::Status Expired(int64_t version) {
  return absl::OutOfRangeError(
      absl::StrCat("store: the history after version ", version, " is gone"));
}

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_STORE_EXPIRED_H_
