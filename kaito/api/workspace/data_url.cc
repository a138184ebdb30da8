#include "kaito/api/workspace/data_url.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/names.h"
#include "kaito/base/url/address.h"
#include "kaito/base/url/url.h"

namespace kaito::api {

absl::Status CheckDataUrl(absl::string_view url, bool allow_private_addresses) {
  const absl::StatusOr<Url> parsed = Url::Parse(url);
  if (!parsed.ok()) return parsed.status();
  if (!parsed->userinfo().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the URL at ", QuoteForMessage(parsed->host()),
        " holds a user's name or password: leave it out, and name a Secret "
        "with a token in the annotation ",
        annotation::kDataAccessSecret));
  }
  if (!allow_private_addresses && HostLooksLocal(parsed->host())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the host ", QuoteForMessage(parsed->host()),
        " is not on the Internet: use one that is, or have the operator "
        "started with --allow-private-addresses"));
  }
  return absl::OkStatus();
}

}  // namespace kaito::api
