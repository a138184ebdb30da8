#include "kaito/standalone/apiserver/server/pod_logs.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/api_status.h"

namespace kaito::apiserver {

absl::Status NoStreamsStatus(absl::string_view subresource) {
  return api::ToStatus(api::MakeApiStatus(
      501, absl::StrCat("pods run as local processes here: ", subresource,
                        " is not served; see kubectl logs")));
}

}  // namespace kaito::apiserver
