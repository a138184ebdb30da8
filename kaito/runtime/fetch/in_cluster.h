#ifndef KAITO_RUNTIME_FETCH_IN_CLUSTER_H_
#define KAITO_RUNTIME_FETCH_IN_CLUSTER_H_

// Whether this process is in a pod of a cluster, where names and URLs are those
// of its users, and so may not lead to private addresses unless allowed. On a
// machine of one's own they are one's own.

#include <cstdlib>

namespace kaito::runtime {

inline bool InCluster() {
  return std::getenv("KUBERNETES_SERVICE_HOST") != nullptr;
}

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_FETCH_IN_CLUSTER_H_
