#ifndef KAITO_STANDALONE_APISERVER_SERVER_LOG_QUERY_H_
#define KAITO_STANDALONE_APISERVER_SERVER_LOG_QUERY_H_

// What a GET of pods/<name>/log asks for, checked against the pod.

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/url/percent_encoding.h"
#include "kaito/standalone/apiserver/rest/verbs.h"
#include "kaito/standalone/apiserver/server/pod_logs.h"

namespace kaito::apiserver {

// 404 where there is no such pod; 400 where it has several containers and none
// is named, or not that one.
absl::StatusOr<PodLogQuery> ReadLogQuery(const Call& call,
                                         const QueryParameters& parameters,
                                         Verbs& verbs, absl::Time now);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SERVER_LOG_QUERY_H_
