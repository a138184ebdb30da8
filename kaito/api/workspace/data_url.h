#ifndef KAITO_API_WORKSPACE_DATA_URL_H_
#define KAITO_API_WORKSPACE_DATA_URL_H_

// Whether data may be downloaded from a URL that a user wrote. Asked at
// admission, when a name is not resolved yet; whoever connects checks the
// addresses that he gets again (base/url/address.h).

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kaito::api {

// InvalidArgument says what is wrong. The message shows no more of the URL than
// its host: queries hold tokens. Without `allow_private_addresses` the host
// must not be this machine's, the cluster's, the site's or the cloud's own.
absl::Status CheckDataUrl(absl::string_view url, bool allow_private_addresses);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_DATA_URL_H_
